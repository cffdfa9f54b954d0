"""A workspace from before there were areas, scopes and versions of accounts: nobody is left behind.

Enters: before_areas.tar.xz, made by the version of 2026-11-29: two releases of an invented university with packages,
accounts of every role, grants, tokens, an audit log; in answers.json what that version answered. Leaves: nothing.
"""

import json
import sqlite3
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from studium.cli import main
from studium.config import Workspace, open_workspace
from studium.lake.ledger import SCHEMA_VERSION
from studium.publish import current_release, releases
from studium.serve import create_application, open_desk
from studium.vocabulary import Role, Scope
from tests.lake.deliveries.test_ledger_versions import KILLED
from tests.serve.conftest import sign_in

PACKED = Path(__file__).with_name("before_areas.tar.xz")
PASSWORD = "correct horse battery staple"
ONE, TWO = "course-v1:MeridianX+STAT101+1T2024", "NorthfieldX/BIO102/2024_Spring"
PAGES = ("/", f"/courses/{ONE}", f"/courses/{ONE}/enrollment", "/account")
MOST_ROWS = 1000  # of an answer: where there are more, which ones came is a matter of order
EARLIER, LATER = "20261130T230205Z-1b3eea5c", "20261130T230225Z-6d83554b"


def unpack(folder: Path) -> Workspace:
    """The workspace as it was left."""
    with tarfile.open(PACKED) as packed:
        packed.extractall(folder, filter="tar")
    return open_workspace(folder, {})


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Unpacked once, for tests that only read."""
    return unpack(tmp_path_factory.mktemp("before") / "areas")


@pytest.fixture(scope="module")
def client(served: Workspace) -> TestClient:
    return TestClient(create_application(served), base_url="https://testserver")


def answers_of(workspace: Workspace) -> dict[str, dict[str, tuple[int, list[Any] | None]]]:
    """Role -> path -> status and rows, as yesterday's server gave them."""
    found: dict[str, Any] = json.loads((workspace.root / "answers.json").read_text("utf-8"))
    return found


def counted(rows: list[dict[str, Any]]) -> Counter[str]:
    return Counter(json.dumps(row, sort_keys=True) for row in rows)


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_every_role_gets_by_its_old_token_what_it_got_before(
    served: Workspace, client: TestClient, role: str
) -> None:
    token = json.loads((served.root / "tokens.json").read_text("utf-8"))[role]
    headers = {"authorization": f"Bearer {token}"}
    for path, (status, before) in answers_of(served)[role].items():
        answer = client.get(f"/api/v1/{path}", headers=headers)
        assert answer.status_code == status, path
        if before is None or len(before) >= MOST_ROWS:
            continue
        found = answer.json()
        rows = found if isinstance(found, list) else found["items"]
        if path == "courses":
            rows = [{"course_id": row["course_id"]} for row in rows]
        assert counted(rows) == counted(before), path


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_every_role_signs_in_with_its_old_password_and_sees_pages(
    served: Workspace, role: str
) -> None:
    browser = TestClient(create_application(served), base_url="https://testserver")
    assert sign_in(browser, role, PASSWORD).status_code == 303
    for page in PAGES:
        assert browser.get(page).status_code == 200, page


def test_grants_and_the_audit_log_are_as_they_were(served: Workspace) -> None:
    desk = open_desk(served)
    grants = {account.username: account.grants for account in desk.people.list()}
    assert grants["course_staff"] == (Scope("course", ONE),)
    assert grants["researcher"] == (Scope("course", TWO), Scope("course", ONE))
    assert set(grants) == {*(role.value for role in Role), "boss@example.org"}
    found = desk.audit.verify()
    assert not found.problem
    assert found.records >= 17
    actions = [entry.record.action for entry in desk.audit.list(1000)]
    assert actions.count("token created") == 5
    assert "account removed" in actions


def test_it_goes_back_and_forward_before_its_first_new_run(tmp_path: Path) -> None:
    workspace = unpack(tmp_path / "areas")
    assert [release.id for release in releases(workspace)] == [LATER, EARLIER]
    command = ["--workspace", str(workspace.root)]
    for words, current in ((["rollback"], EARLIER), (["rollback", LATER], LATER)):
        assert main([*command, *words]) == 0
        release = current_release(workspace)
        assert release is not None
        assert release.id == current
        assert main([*command, "status"]) == 0
        assert main([*command, "doctor"]) == 0
        asked = "select count(*) as n from person_course"
        assert main([*command, "query", asked]) == 0


def test_a_ledger_that_was_killed_half_way_is_brought_up_to_date_by_who_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = unpack(tmp_path / "areas")
    old = workspace.ledger.read_bytes()
    codes, told, versions = [], [], []
    for statements in (1, 6, 11, 16, 20, 1000):
        for file in workspace.root.glob("ledger.sqlite*"):
            file.unlink()
        workspace.ledger.write_bytes(old)
        command = [sys.executable, "-c", KILLED, str(workspace.root), str(statements)]
        codes.append(subprocess.run(command, check=False).returncode)
        with sqlite3.connect(workspace.ledger) as ledger:
            versions.append(ledger.execute("pragma user_version").fetchone()[0])
        assert main(["--workspace", str(workspace.root), "status", "--json"]) == 0
        told.append(capsys.readouterr().out)
    assert (set(codes[:-1]), codes[-1]) == ({9}, 0)
    assert max(versions[:-1]) < versions[-1] == SCHEMA_VERSION
    assert set(told) == {told[-1]}, "whoever finds it half-way finds all of it"
    assert [package["scope"] for package in json.loads(told[0])["packages"]].count("course") > 1


def test_its_first_new_run_publishes_and_keeps_what_was_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything is built anew from what was landed; of the raw bytes nothing is needed again."""
    workspace = unpack(tmp_path / "areas")
    assert main(["--workspace", str(workspace.root), "run"]) == 0, capsys.readouterr().err
    ids = [release.id for release in releases(workspace)]
    assert ids[1:] == [LATER, EARLIER]
    release = current_release(workspace)
    assert release is not None
    assert release.id == ids[0]
    with sqlite3.connect(workspace.accounts) as accounts:
        assert accounts.execute("select count(*) from accounts").fetchone() == (6,)
