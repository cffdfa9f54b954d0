"""Sign-in by OpenID Connect: the way in, and every token, code and state that must not let anybody in."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from joserfc.jwk import RSAKey
from sqlalchemy import update

from studium.errors import MisuseError
from studium.serve import create_application
from studium.serve.accounts import open_desk
from studium.serve.accounts.store import ACCOUNTS, writing
from studium.serve.rights import Role
from tests.serve.conftest import (
    Campus,
    form_token_of,
    make_workspace,
    publish_marts,
    with_settings,
)
from tests.serve.issuer import CLIENT_ID, CLIENT_SECRET, Issuer, run_issuer


@pytest.fixture(scope="module")
def running() -> Iterator[Issuer]:
    with run_issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, running: Issuer) -> Campus:
    """A campus whose people sign in at the issuer; `ada` is an analyst without a password."""
    plain = make_workspace(tmp_path_factory.mktemp("oidc") / "campus")
    publish_marts(plain)
    workspace = with_settings(
        plain,
        oidc__issuer=running.url,
        oidc__client_id=CLIENT_ID,
        oidc__client_secret=CLIENT_SECRET,
        serve__public_url="https://testserver",
    )
    desk = open_desk(workspace)
    desk.people.add("ada", Role.ANALYST)
    return Campus(workspace, create_application(workspace), desk, {})


@pytest.fixture
def issuer(running: Issuer) -> Issuer:
    """The issuer, honest."""
    running.begin_anew()
    return running


@pytest.fixture
def campus(shared: Campus) -> Campus:
    """The campus with nobody bound to a person of the issuer, and no keys read."""
    with writing(shared.desk.people.engine) as connection:
        connection.execute(update(ACCOUNTS).values(issuer=None, subject=None))
    oidc = shared.app.state.server.desk.oidc
    oidc._keys = None
    return shared


def begin(client: TestClient) -> str:
    """Press the button; the issuer's address."""
    form = {"form_token": form_token_of(client), "next": "/courses"}
    answer = client.post("/sign-in/oidc", data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def come_back(client: TestClient, brought: dict[str, str]) -> Response:
    answer: Response = client.get("/sign-in/oidc/return", params=brought, follow_redirects=False)
    return answer


def go_through(campus: Campus, issuer: Issuer) -> tuple[TestClient, Response]:
    client = campus.client()
    return client, come_back(client, issuer.authorize(begin(client)))


def is_signed_in(client: TestClient) -> bool:
    return bool(client.get("/api/v1/courses").status_code == 200)


def reasons(campus: Campus) -> list[str]:
    entries = campus.desk.audit.list(10)
    return [
        entry.record.detail["reason"]
        for entry in entries
        if entry.record.action == "sign-in refused"
    ]


def test_the_way_in_leads_to_the_page_that_was_wanted(campus: Campus, issuer: Issuer) -> None:
    client, answer = go_through(campus, issuer)
    assert (answer.status_code, answer.headers["location"]) == (303, "/courses")
    assert is_signed_in(client)
    assert campus.desk.audit.list(1)[0].record.username == "ada"


def test_the_second_time_the_person_counts_not_the_name(campus: Campus, issuer: Issuer) -> None:
    go_through(campus, issuer)
    issuer.name = "ada-married"
    client, _ = go_through(campus, issuer)
    assert is_signed_in(client)
    issuer.name, issuer.subject = "ada", "person-2"
    client, answer = go_through(campus, issuer)
    assert answer.status_code == 400
    assert not is_signed_in(client)


def test_an_account_with_a_password_is_not_taken_over_by_a_claimed_name(
    campus: Campus, issuer: Issuer
) -> None:
    campus.desk.people.add("root", Role.ADMINISTRATOR, password="a long enough passphrase")
    issuer.name = "root"
    client, answer = go_through(campus, issuer)
    assert answer.status_code == 400
    assert not is_signed_in(client)


NOW = int(time.time())


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://evil.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": ["another", CLIENT_ID]}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"exp": NOW - 3600}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": "never"}, "exp"),
        ({"iat": NOW + 3600}, "iat"),
        ({"iat": None}, "iat"),
        ({"nbf": NOW + 3600}, "nbf"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"preferred_username": "nobody-here"}, "no account"),
        ({"preferred_username": None}, "no account"),
    ],
)
def test_a_token_with_a_wrong_claim_lets_nobody_in(
    campus: Campus, issuer: Issuer, claims: dict[str, Any], reason: str
) -> None:
    issuer.claims = claims
    client, answer = go_through(campus, issuer)
    assert answer.status_code == 400
    assert not is_signed_in(client)
    assert reason in reasons(campus)[0]
    assert reason not in answer.text  # the browser is not told which check failed


def test_a_token_without_a_signature_lets_nobody_in(campus: Campus, issuer: Issuer) -> None:
    issuer.header = {"alg": "none"}
    client, answer = go_through(campus, issuer)
    assert answer.status_code == 400
    assert not is_signed_in(client)


def test_a_token_signed_with_the_public_key_as_a_secret_lets_nobody_in(
    campus: Campus, issuer: Issuer
) -> None:
    """HS256 with the RSA key that everybody can read."""
    issuer.header = {"alg": "HS256"}
    client, answer = go_through(campus, issuer)
    assert answer.status_code == 400
    assert not is_signed_in(client)


def test_a_token_signed_by_another_key_lets_nobody_in(campus: Campus, issuer: Issuer) -> None:
    issuer.signing = RSAKey.generate_key(2048, {"kid": "first"})
    client, answer = go_through(campus, issuer)
    assert answer.status_code == 400
    assert not is_signed_in(client)


def test_an_unknown_key_lets_nobody_in_and_keys_are_not_read_for_each_token(
    campus: Campus, issuer: Issuer
) -> None:
    before = issuer.key_reads
    issuer.header = {"kid": "unheard-of"}
    issuer.signing = RSAKey.generate_key(2048, {"kid": "unheard-of"})
    for _ in range(3):
        client, answer = go_through(campus, issuer)
        assert answer.status_code == 400
        assert not is_signed_in(client)
    assert issuer.key_reads == before + 1


def test_new_keys_of_the_issuer_are_read(
    campus: Campus, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_through(campus, issuer)
    issuer.key = RSAKey.generate_key(2048, {"kid": "second"})
    issuer.header = {"kid": "second"}
    monkeypatch.setattr("studium.serve.accounts.oidc._FEWEST_SECONDS_BETWEEN_KEYS", 0)
    client, _ = go_through(campus, issuer)
    assert is_signed_in(client)


def test_a_state_is_good_once_and_for_one_browser(campus: Campus, issuer: Issuer) -> None:
    client = campus.client()
    brought = issuer.authorize(begin(client))
    other = campus.client()
    other.get("/sign-in")
    assert come_back(other, brought).status_code == 400  # log-in forgery: somebody else's code
    assert not is_signed_in(other)
    assert come_back(client, brought).status_code == 400  # and the try is spent
    assert "unknown, used or over" in reasons(campus)[0]


def test_a_code_cannot_be_played_again(campus: Campus, issuer: Issuer) -> None:
    client = campus.client()
    brought = issuer.authorize(begin(client))
    assert come_back(client, brought).status_code == 303
    again = campus.client()
    fresh = issuer.authorize(begin(again))
    assert come_back(again, {**fresh, "code": brought["code"]}).status_code == 400
    assert not is_signed_in(again)


@pytest.mark.parametrize(
    "brought", [{}, {"code": "x"}, {"state": "x"}, {"state": "x", "code": "y"}]
)
def test_coming_back_without_a_begun_sign_in_is_refused(
    campus: Campus, issuer: Issuer, brought: dict[str, str]
) -> None:
    client = campus.client()
    begin(client)
    assert come_back(client, brought).status_code == 400


def test_the_answer_of_another_issuer_is_refused(campus: Campus, issuer: Issuer) -> None:
    client = campus.client()
    brought = issuer.authorize(begin(client)) | {"iss": "https://evil.example"}
    assert come_back(client, brought).status_code == 400


def test_a_stolen_code_is_worth_nothing_without_the_verifier(
    campus: Campus, issuer: Issuer
) -> None:
    """PKCE: a code that leaked is tried through a sign-in of the thief; the issuer sees another verifier."""
    victim, thief = campus.client(), campus.client()
    stolen = issuer.authorize(begin(victim))["code"]
    issuer.claims = {"nonce": "whatever"}
    answer = come_back(thief, issuer.authorize(begin(thief)) | {"code": stolen})
    assert answer.status_code == 400
    assert "the issuer refuses" in reasons(campus)[0]


def test_a_try_is_over_after_ten_minutes(
    campus: Campus, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = campus.client()
    brought = issuer.authorize(begin(client))
    later = time.time() + 601
    monkeypatch.setattr("studium.serve.accounts.oidc.time.time", lambda: later)
    assert come_back(client, brought).status_code == 400


def test_email_counts_only_when_it_was_verified(issuer: Issuer, campus: Campus) -> None:
    workspace = with_settings(
        campus.workspace,
        oidc__issuer=issuer.url,
        oidc__client_id=CLIENT_ID,
        oidc__client_secret=CLIENT_SECRET,
        oidc__username_claim="email",
        serve__public_url="https://testserver",
    )
    desk = open_desk(workspace)
    desk.people.add("ada@example.org", Role.ANALYST)
    by_email = Campus(workspace, create_application(workspace), desk, {})
    issuer.claims = {"email_verified": False}
    client, answer = go_through(by_email, issuer)
    assert answer.status_code == 400
    issuer.claims = {}
    client, answer = go_through(by_email, issuer)
    assert is_signed_in(client)


def test_a_name_that_is_an_address_counts_only_as_the_verified_one(
    issuer: Issuer, campus: Campus
) -> None:
    """People choose `preferred_username` themselves: it must not bind an account that waits for somebody else."""
    workspace = with_settings(
        campus.workspace,
        oidc__issuer=issuer.url,
        oidc__client_id=CLIENT_ID,
        oidc__client_secret=CLIENT_SECRET,
        serve__public_url="https://testserver",
    )
    desk = open_desk(workspace)
    desk.people.add("boss@example.org", Role.ADMINISTRATOR)
    by_name = Campus(workspace, create_application(workspace), desk, {})
    claimed = {"preferred_username": "Boss@example.org"}
    for said in (
        {"email_verified": False},
        {"email": "Boss@example.org", "email_verified": False},
        {"email": "stranger@example.org", "email_verified": True},
        {"email": "boss@example.org", "email_verified": "true"},
    ):
        issuer.claims = claimed | said
        _client, answer = go_through(by_name, issuer)
        assert answer.status_code == 400, said
    issuer.claims = claimed | {"email": "boss@example.org", "email_verified": True}
    client, _answer = go_through(by_name, issuer)
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "changed",
    [
        {"oidc__issuer": "http://issuer.example"},
        {"oidc__issuer": "http://127.0.0.1.example"},
        {"oidc__algorithms": '["HS256"]'},
        {"oidc__algorithms": '["RS256", "none"]'},
        {"oidc__client_id": ""},
        {"serve__public_url": ""},
    ],
)
def test_settings_that_are_not_safe_are_refused_at_the_start(
    campus: Campus, issuer: Issuer, changed: dict[str, str]
) -> None:
    good = {
        "oidc__issuer": issuer.url,
        "oidc__client_id": CLIENT_ID,
        "serve__public_url": "https://testserver",
    }
    with pytest.raises(MisuseError, match=r"oidc|signature"):
        create_application(with_settings(campus.workspace, **(good | changed)))


def test_without_an_issuer_there_is_no_such_way_in(own_campus: Campus) -> None:
    client = own_campus.client()
    form = {"form_token": form_token_of(client)}
    assert client.post("/sign-in/oidc", data=form).status_code == 404
    assert come_back(client, {"state": "x", "code": "y"}).status_code == 404
