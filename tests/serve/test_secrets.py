"""Keys: made at the first start, never a sample, never readable by others, never in an answer."""

import hashlib
import hmac
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.serve import create_application
from studium.serve.accounts import load_secrets
from studium.serve.accounts.secrets import SAMPLES
from studium.serve.rights import Role
from tests.serve.conftest import Campus, of, with_settings

GOOD = "kQ3v9ZtX1mB7wR5yP0sLd8uJf2hN6cEa"
NAMES = ("serve", "pseudonyms", "audit")


def test_the_first_start_makes_keys_that_only_its_user_reads(workspace: Workspace) -> None:
    keys = load_secrets(workspace)
    for name in NAMES:
        assert (workspace.keys / name).stat().st_mode & 0o777 == 0o600
    assert workspace.keys.stat().st_mode & 0o077 == 0
    assert len({keys.serve, keys.pseudonyms, keys.audit}) == 3
    assert load_secrets(workspace) == keys


@pytest.mark.parametrize(
    "secret",
    [
        "x",
        "short-but-random-9Xk2",
        "a" * 40,
        "ab" * 20,
        "change-me-change-me-change-me-change-me",
        "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET",
        "thisISaSECRET_1234_thisISaSECRET_1234",
        "please-set-your-own-secret-key-here-now",
        "studium-default-secret-key-for-testing",
        "0123456789abcdef0123456789abcdef",
        "TEST_NON_DEV_SECRET_OF_THE_HANDBOOK",
    ],
)
@pytest.mark.parametrize("setting", ["serve__secret", "serve__pseudonym_key", "serve__audit_key"])
def test_the_server_refuses_to_start_with_a_key_that_others_may_know(
    workspace: Workspace, setting: str, secret: str
) -> None:
    with pytest.raises(MisuseError, match="key") as refusal:
        create_application(with_settings(workspace, **{setting: secret}))
    assert secret not in str(refusal.value)
    assert "openssl rand" in refusal.value.fix


def test_words_of_samples_are_too_long_to_stand_in_a_random_key() -> None:
    """A letter of either case is a 32nd of all signs: six in a row stand in one of a million keys at most."""
    assert min(map(len, SAMPLES)) >= 6


def test_a_random_key_of_the_settings_is_taken(workspace: Workspace) -> None:
    assert load_secrets(with_settings(workspace, serve__secret=GOOD)).serve == GOOD.encode()


@pytest.mark.parametrize("name", NAMES)
def test_a_key_that_others_can_read_or_that_was_emptied_is_refused(
    workspace: Workspace, name: str
) -> None:
    load_secrets(workspace)
    file = workspace.keys / name
    file.chmod(0o644)
    with pytest.raises(StudiumError, match="chmod 600"):
        load_secrets(workspace)
    file.chmod(0o600)
    file.write_text("")
    with pytest.raises(MisuseError):
        load_secrets(workspace)


def test_servers_that_start_at_once_have_one_key(workspace: Workspace) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: load_secrets(workspace).serve, range(8)))
    assert len(set(found)) == 1
    assert sorted(os.listdir(workspace.keys)) == sorted(NAMES)


def test_pseudonyms_are_hmacs_one_to_one_and_others_with_another_key(campus: Campus) -> None:
    from studium.serve.release import Reader
    from studium.serve.rights import Principal
    from tests.serve.conftest import TWO

    server = campus.app.state.server
    researcher = Principal(7, "r", Role.RESEARCHER, of(TWO))
    reader = Reader(researcher, server.bounds, server.keeper.release(), server.keeper.watch)
    rows = reader.rows("select user_id, username from person_course")
    plain = Reader(
        Principal(1, "root", Role.ADMINISTRATOR), server.bounds, reader.open_release, reader.watch
    ).rows("select username from person_course where course_id = $id", {"id": TWO})
    key = campus.desk.keys.pseudonyms
    expected = {
        hmac.new(key, f"text:{row['username']}".encode(), hashlib.sha256).hexdigest()[:32]
        for row in plain
    }
    assert {row["username"] for row in rows} == expected
    assert len(expected) == len(plain) == len({row["user_id"] for row in rows})
    without_key = {
        hashlib.sha256(f"text:{row['username']}".encode()).hexdigest()[:32] for row in plain
    }
    assert not expected & without_key


def test_keys_are_in_no_answer_and_no_representation(campus: Campus) -> None:
    keys = [(campus.workspace.keys / name).read_text() for name in NAMES]
    shown = repr(campus.desk) + repr(campus.desk.keys)
    client = campus.client(Role.ADMINISTRATOR)
    for path in (
        "/api/v1/courses",
        "/api/v1/accounts",
        "/api/v1/audit",
        "/api/v1/openapi.json",
        "/sign-in",
    ):
        shown += client.get(path).text
    assert not any(key in shown for key in keys)


def test_keys_and_accounts_are_never_landed(tmp_path: Path, workspace: Workspace) -> None:
    assert {"keys", "accounts.sqlite", "accounts.sqlite-wal"} <= workspace.own_names()
