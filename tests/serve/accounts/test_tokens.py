"""Tokens of programs: scopes, ends, revocation, and tokens that are none."""

import time

import pytest

from studium.errors import MisuseError
from studium.serve.rights import Role, TokenScope
from tests.serve.conftest import ONE, TWO, Campus


def status_with(campus: Campus, token: str, path: str = "/api/v1/courses") -> int:
    answer = campus.client().get(path, headers={"authorization": f"Bearer {token}"})
    return int(answer.status_code)


def make(campus: Campus, role: Role, *scopes: TokenScope, days: float = 1) -> str:
    account = campus.desk.people.find(role.value)
    return campus.desk.tokens.create(account.user_id, "test", scopes, days)[1]


def test_a_token_is_made_listed_and_revoked_by_its_owner(campus: Campus) -> None:
    client = campus.client(Role.ANALYST)
    made = client.post("/api/v1/tokens", json={"label": "mine", "scopes": ["read"], "days": 2})
    assert made.status_code == 201
    token, token_id = made.json()["token"], made.json()["token_id"]
    assert status_with(campus, token) == 200
    listed = client.get("/api/v1/tokens")
    assert token not in listed.text
    assert token.removeprefix(f"studium_{token_id}_") not in listed.text
    assert token_id in {item["token_id"] for item in listed.json()["items"]}
    assert client.delete(f"/api/v1/tokens/{token_id}").status_code == 200
    assert status_with(campus, token) == 401


def test_nobody_revokes_or_lists_a_token_of_somebody_else(campus: Campus) -> None:
    client = campus.client(Role.ANALYST)
    others = campus.desk.tokens.list(campus.desk.people.find(Role.RESEARCHER.value).user_id)
    answer = client.delete(f"/api/v1/tokens/{others[0].token_id}")
    missing = client.delete("/api/v1/tokens/000000000000")
    assert (answer.status_code, answer.json()) == (missing.status_code, missing.json())
    assert answer.status_code == 404
    assert others[0].token_id not in client.get("/api/v1/tokens").text
    assert status_with(campus, campus.tokens[Role.RESEARCHER]) == 200


@pytest.mark.parametrize(
    "token",
    [
        "",
        "studium",
        "studium_000000000000_" + "a" * 43,
        "studium_../../etc_" + "a" * 43,
        "' or 1=1 --",
        "x" * 5000,
    ],
)
def test_a_token_that_is_none_opens_nothing(campus: Campus, token: str) -> None:
    assert status_with(campus, token) == 401


def test_a_token_with_another_secret_or_id_opens_nothing(campus: Campus) -> None:
    one, other = campus.tokens[Role.ANALYST], campus.tokens[Role.RESEARCHER]
    mixed = "_".join([*one.split("_")[:2], other.split("_", 2)[2]])
    assert status_with(campus, mixed) == 401


def test_a_token_of_another_server_opens_nothing(campus: Campus, own_campus: Campus) -> None:
    assert status_with(own_campus, campus.tokens[Role.ADMINISTRATOR]) == 401


def test_a_bad_token_is_not_saved_by_a_good_session(campus: Campus) -> None:
    client = campus.browser(Role.ADMINISTRATOR)
    answer = client.get("/api/v1/courses", headers={"authorization": "Bearer nothing"})
    assert answer.status_code == 401


def test_a_token_ends(own_campus: Campus, monkeypatch: pytest.MonkeyPatch) -> None:
    token = make(own_campus, Role.ANALYST, TokenScope.READ)
    assert status_with(own_campus, token) == 200
    later = time.time() + 86_401
    monkeypatch.setattr("studium.serve.accounts.tokens.time.time", lambda: later)
    assert status_with(own_campus, token) == 401


def test_scopes_are_the_most_that_a_token_may(campus: Campus) -> None:
    reading = make(campus, Role.ADMINISTRATOR, TokenScope.READ)
    assert status_with(campus, reading) == 200
    assert status_with(campus, reading, "/api/v1/accounts") == 403
    assert status_with(campus, reading, "/api/v1/tokens") == 403
    assert status_with(campus, make(campus, Role.ADMINISTRATOR, TokenScope.LEARNERS)) == 403


def test_scopes_never_exceed_the_role(campus: Campus) -> None:
    token = campus.tokens[Role.COURSE_STAFF]
    assert status_with(campus, token, "/api/v1/accounts") == 403
    assert status_with(campus, token, f"/api/v1/courses/{ONE}") == 200
    assert status_with(campus, token, f"/api/v1/courses/{TWO}") == 404


def test_a_token_cannot_make_a_stronger_one(campus: Campus) -> None:
    weak = make(campus, Role.ADMINISTRATOR, TokenScope.ADMINISTER)
    client = campus.client()
    client.headers["authorization"] = f"Bearer {weak}"
    strong = {"label": "strong", "scopes": ["learners", "administer"]}
    assert client.post("/api/v1/tokens", json=strong).status_code == 403


@pytest.mark.parametrize(
    ("label", "scopes", "days"),
    [
        ("", [TokenScope.READ], 1),
        ("x", [], 1),
        ("x", [TokenScope.READ], 0),
        ("x", [TokenScope.READ], 10_000),
    ],
)
def test_a_token_without_label_scope_or_end_is_not_made(
    campus: Campus, label: str, scopes: list[TokenScope], days: float
) -> None:
    with pytest.raises(MisuseError):
        campus.desk.tokens.create(1, label, scopes, days)


def test_a_new_password_ends_the_tokens_made_before_it(own_campus: Campus) -> None:
    before = own_campus.tokens[Role.ANALYST]
    assert status_with(own_campus, before, "/api/v1/courses") == 200
    own_campus.desk.people.set_password(Role.ANALYST.value, "another long passphrase")
    assert status_with(own_campus, before, "/api/v1/courses") == 401
    assert status_with(own_campus, make(own_campus, Role.ANALYST, TokenScope.READ)) == 200
    others = own_campus.tokens[Role.ADMINISTRATOR]
    assert status_with(own_campus, others, "/api/v1/courses") == 200


def test_a_token_that_a_token_made_ends_with_it_and_is_revoked_with_it(own_campus: Campus) -> None:
    """A token of one day made one of ten years, which went on after the first was revoked."""
    client = own_campus.client()
    parent = make(own_campus, Role.ADMINISTRATOR, *TokenScope, days=1)
    made = [parent]
    for days in (3660, 30):  # one makes one, which makes one
        client.headers["authorization"] = f"Bearer {made[-1]}"
        wish = {"label": "child", "scopes": ["read", "administer"], "days": days}
        made.append(client.post("/api/v1/tokens", json=wish).json()["token"])
    listed = {it["token_id"]: it for it in client.get("/api/v1/tokens").json()["items"]}
    ends = [listed[token.split("_")[1]]["expires_at"] for token in made]
    assert ends[0] == ends[1] == ends[2]
    own_campus.desk.tokens.revoke(parent.split("_")[1])
    assert [status_with(own_campus, token) for token in made] == [401, 401, 401]


def test_a_person_ends_what_a_token_made_and_nothing_else(own_campus: Campus) -> None:
    browser = own_campus.client(Role.ANALYST)
    own = browser.post("/api/v1/tokens", json={"label": "x", "scopes": ["administer"]}).json()
    other = make(own_campus, Role.ANALYST, TokenScope.READ)
    assert browser.delete(f"/api/v1/tokens/{own['token_id']}").status_code == 200
    assert status_with(own_campus, other) == 200


def test_a_new_password_leaves_tokens_where_it_is_said_so(own_campus: Campus) -> None:
    token = own_campus.tokens[Role.ANALYST]
    own_campus.desk.people.set_password(Role.ANALYST.value, "another long passphrase", True)
    assert status_with(own_campus, token) == 200
