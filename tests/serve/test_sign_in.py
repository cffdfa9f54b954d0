"""Sign-in, sessions, forms, lock-out: each defence of peers §6.3, 57 and 58, with the attack against it."""

import re
import statistics
import time
from contextlib import suppress
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from studium.errors import MisuseError
from studium.serve.accounts import LockedError
from studium.serve.accounts.forms import SESSION_COOKIE
from studium.serve.accounts.passwords import hash_password
from studium.serve.rights import Role
from tests.serve.conftest import ONE, PASSWORD, Campus, form_token_of, sign_in

ADMIN = Role.ADMINISTRATOR.value


def cookies_of(answer: Response) -> dict[str, str]:
    """Name -> whole Set-Cookie line."""
    lines = answer.headers.get_list("set-cookie")
    return {line.split("=", 1)[0]: line for line in lines}


def is_signed_in(client: TestClient) -> bool:
    return bool(client.get("/api/v1/courses").status_code == 200)


def test_password_opens_a_session_and_sign_out_ends_it_everywhere(campus: Campus) -> None:
    client = campus.client()
    assert not is_signed_in(client)
    answer = sign_in(client, ADMIN, PASSWORD, next="/courses?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/courses?x=1")
    assert is_signed_in(client)
    copied = client.cookies[SESSION_COOKIE]
    token = campus.desk.keys.sign("form", copied)
    answer = client.post("/sign-out", data={"form_token": token}, follow_redirects=False)
    assert answer.status_code == 303
    assert not is_signed_in(client)
    thief = campus.client()
    thief.cookies.set(SESSION_COOKIE, copied)
    assert not is_signed_in(thief)


def test_cookies_are_for_this_host_https_and_no_script(campus: Campus) -> None:
    client = campus.client()
    page = client.get("/sign-in")
    answer = sign_in(client, ADMIN, PASSWORD)
    for name, line in (cookies_of(page) | cookies_of(answer)).items():
        assert name.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(re.split("; ?", line)), line
        assert "domain" not in line.lower()


def test_a_session_from_before_the_sign_in_is_worth_nothing_after(campus: Campus) -> None:
    """Session fixation: what an attacker planted does not become the session."""
    client = campus.client()
    client.cookies.set(SESSION_COOKIE, "planted", domain="testserver.local")
    page = client.get("/sign-in", headers={"cookie": f"{SESSION_COOKIE}=planted"}).text
    token = page.split('name="form_token" value="')[1].split('"')[0]
    form = {"username": ADMIN, "password": PASSWORD, "form_token": token}
    answer = client.post(
        "/sign-in",
        data=form,
        headers={"cookie": f"{SESSION_COOKIE}=planted"},
        follow_redirects=False,
    )
    value = cookies_of(answer)[SESSION_COOKIE].split("=", 1)[1].split(";")[0]
    assert answer.status_code == 303
    assert value != "planted"
    thief = campus.client()
    assert (
        thief.get("/api/v1/courses", headers={"cookie": f"{SESSION_COOKIE}=planted"}).status_code
        == 401
    )


def test_every_sign_in_has_a_new_session_and_ends_the_one_before(campus: Campus) -> None:
    client = campus.browser(Role.ANALYST)
    first = client.cookies[SESSION_COOKIE]
    token = campus.desk.keys.sign("form", first)
    form = {"username": Role.ANALYST.value, "password": PASSWORD, "form_token": token}
    client.post("/sign-in", data=form, follow_redirects=False)
    assert client.cookies[SESSION_COOKIE] != first
    assert campus.desk.sessions.resolve(first) is None


def test_only_hashes_of_sessions_and_tokens_are_stored(campus: Campus) -> None:
    client = campus.browser(Role.ANALYST)
    stored = b"".join(
        file.read_bytes()
        for file in campus.workspace.root.glob(campus.workspace.accounts.name + "*")
    )
    assert client.cookies[SESSION_COOKIE].encode() not in stored
    assert all(token.split("_", 2)[2].encode() not in stored for token in campus.tokens.values())
    assert PASSWORD.encode() not in stored
    assert b"$argon2id$" in stored
    assert campus.workspace.accounts.stat().st_mode & 0o077 == 0


def test_a_session_is_over_after_its_hours(
    own_campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = own_campus.browser(Role.ANALYST)
    later = time.time() + 12 * 3600 + 1
    monkeypatch.setattr("studium.serve.accounts.sessions.time.time", lambda: later)
    assert not is_signed_in(client)


@pytest.mark.parametrize("username", [ADMIN, "nobody-of-that-name"])
def test_guessing_is_stopped_and_says_the_same_for_names_that_do_not_exist(
    own_campus: Campus, username: str
) -> None:
    client = own_campus.client()
    answers = [sign_in(client, username, f"wrong password {number}") for number in range(5)]
    assert [answer.status_code for answer in answers] == [401] * 5
    locked = sign_in(client, username, PASSWORD)  # also the right one
    assert locked.status_code == 429
    assert 0 < int(locked.headers["retry-after"]) <= 15 * 60
    assert sign_in(own_campus.client(), Role.ANALYST.value, PASSWORD).status_code == 303


def test_the_lock_opens_after_its_minutes(
    own_campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = own_campus.client()
    for number in range(6):
        sign_in(client, ADMIN, f"wrong password {number}")
    later = time.time() + 15 * 60 + 1
    monkeypatch.setattr("studium.serve.accounts.lockout.time.time", lambda: later)
    assert sign_in(client, ADMIN, PASSWORD).status_code == 303


def test_guesses_at_the_same_time_are_counted_before_they_are_looked_at(own_campus: Campus) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def guess(number: int) -> str:
        try:
            own_campus.desk.check_password(ADMIN, f"wrong {number} password", "10.0.0.1")
        except LockedError:
            return "locked"
        return "looked at"

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(guess, range(12)))
    assert found.count("looked at") == 5


def test_an_address_that_tries_many_names_is_locked_too(own_campus: Campus) -> None:
    lockout = own_campus.desk.lockout
    for number in range(100):
        lockout.begin(f"name{number}", "203.0.113.9")
    with pytest.raises(LockedError):
        lockout.begin("another", "203.0.113.9")
    lockout.begin("another", "203.0.113.10")


def test_who_guesses_is_locked_and_not_the_one_whose_name_is_guessed(own_campus: Campus) -> None:
    """Five wrong tries from anywhere locked an administrator out, again and again."""
    desk = own_campus.desk
    for number in range(5):
        desk.check_password(ADMIN, f"wrong password {number}", "203.0.113.9")
    with pytest.raises(LockedError):
        desk.check_password(ADMIN, PASSWORD, "203.0.113.9")
    assert desk.check_password(ADMIN, PASSWORD, "198.51.100.7") is not None
    for number in range(100):  # many together are stopped all the same, from wherever
        with suppress(LockedError):
            desk.lockout.begin(ADMIN, f"192.0.2.{number}")
    with pytest.raises(LockedError):
        desk.lockout.begin(ADMIN, "192.0.2.200")
    for number in range(5):  # whoever has a network of IPv6 has one address for this
        desk.lockout.begin("eve", f"2001:db8::{number + 1}")
    with pytest.raises(LockedError):
        desk.lockout.begin("eve", "2001:db8::ffff")


def test_every_try_is_in_the_audit_log_and_a_flood_in_few_records(
    own_campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, start = own_campus.client(), time.time()
    for number in range(5 + 11):
        sign_in(client, ADMIN, f"wrong password {number}")

    def noted() -> list[tuple[str, int]]:
        refused = [
            it.record
            for it in own_campus.desk.audit.list(40)
            if it.record.action == "sign-in refused"
        ]
        return [(it.username, it.detail.get("tries", 0)) for it in reversed(refused)]

    refused = [(ADMIN, tries) for tries in (0, 0, 0, 0, 0, 1, 2, 4, 8)]
    assert noted() == refused
    monkeypatch.setattr("studium.serve.accounts.lockout.time.time", lambda: start + 16 * 60)
    sign_in(client, Role.ANALYST.value, PASSWORD)
    assert noted() == [*refused, (ADMIN, 11)]  # the sum, at the next try of anybody


def test_a_name_that_does_not_exist_takes_as_long(own_campus: Campus) -> None:
    """Else the time of an answer says who has an account; medians of one process, without the network."""

    def seconds(username: str) -> float:
        taken = []
        for number in range(7):
            own_campus.desk.lockout.forgive(username, "testclient")
            began = time.perf_counter()
            assert (
                own_campus.desk.check_password(username, "a wrong password", f"10.0.0.{number}")
                is None
            )
            taken.append(time.perf_counter() - began)
        return statistics.median(taken)

    seconds(ADMIN)
    known, unknown = seconds(ADMIN), seconds("nobody")
    assert 0.5 < known / unknown < 2
    assert known > 0.01  # the hash costs something


def test_answers_for_known_and_unknown_names_are_the_same(own_campus: Campus) -> None:
    known = sign_in(own_campus.client(), ADMIN, "a wrong password")
    unknown = sign_in(own_campus.client(), "nobody", "a wrong password")
    bodies = [re.sub(r'value="[^"]*"', "", answer.text) for answer in (known, unknown)]
    assert bodies[0] == bodies[1]
    assert known.status_code == unknown.status_code == 401


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [
        ("/sign-in", "post", {"data": {"username": ADMIN, "password": PASSWORD}}),
        ("/sign-out", "post", {}),
        ("/sign-out", "post", {"data": {"form_token": "0" * 64}}),
        ("/api/v1/tokens", "post", {"json": {"label": "x", "scopes": ["read"]}}),
        ("/api/v1/tokens", "post", {"content": '{"label": "x", "scopes": ["read"]}'}),
        ("/api/v1/tokens/abc", "delete", {}),
        ("/api/v1/accounts/analyst", "patch", {"json": {"role": "administrator"}}),
        ("/api/v1/accounts/analyst", "delete", {}),
    ],
)
def test_a_change_without_the_token_of_our_forms_is_refused(
    campus: Campus, path: str, method: str, body: dict[str, Any]
) -> None:
    client = campus.browser(Role.ADMINISTRATOR)
    answer = client.request(method, path, follow_redirects=False, **body)
    assert answer.status_code == 403
    assert "form was not sent" in answer.text
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_change_from_another_site_is_refused_also_with_a_token(
    campus: Campus, headers: dict[str, str]
) -> None:
    client = campus.browser(Role.ADMINISTRATOR)
    token = campus.desk.keys.sign("form", client.cookies[SESSION_COOKIE])
    answer = client.post(
        "/sign-out", data={"form_token": token}, headers=headers, follow_redirects=False
    )
    assert answer.status_code == 403


def test_the_form_token_of_another_browser_is_worth_nothing(campus: Campus) -> None:
    mine, other = campus.client(), campus.client()
    form = {"username": ADMIN, "password": PASSWORD, "form_token": form_token_of(other)}
    mine.get("/sign-in")
    assert mine.post("/sign-in", data=form).status_code == 403


def test_no_get_changes_anything(campus: Campus) -> None:
    from fastapi.routing import iter_route_contexts

    client = campus.browser(Role.ADMINISTRATOR)
    changing = {
        context.path
        for context in iter_route_contexts(campus.app.routes)
        if (context.methods or set()) - {"GET", "HEAD"}
    }
    assert {"/sign-out", "/api/v1/tokens"} <= changing
    assert client.get("/sign-out").status_code == 405
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\tx",
        "javascript:alert(1)",
        "",
        "x",
    ],
)
def test_nobody_is_led_elsewhere_after_the_sign_in(campus: Campus, target: str) -> None:
    answer = sign_in(campus.client(), ADMIN, PASSWORD, next=target)
    assert answer.headers["location"] == "/"


def test_a_page_asks_for_the_sign_in_and_leads_back(campus: Campus) -> None:
    answer = campus.client().get(
        f"/api/v1/courses/{ONE}", headers={"accept": "text/html"}, follow_redirects=False
    )
    assert answer.status_code == 401  # an address of the API never redirects
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "password", ["short", "aaaaaaaaaaaaaaaa", "administrator-2024", "x" * 2000]
)
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(MisuseError, match="password"):
        hash_password(password, "administrator")


def test_role_courses_and_account_hold_at_once_for_sessions_and_tokens(own_campus: Campus) -> None:
    """Rights that end, end with the next request: nothing of them is kept in a cookie, a token or a cache."""
    people = own_campus.desk.people
    browser, program = own_campus.browser(Role.COURSE_STAFF), own_campus.client(Role.COURSE_STAFF)
    name = Role.COURSE_STAFF.value

    def statuses() -> set[int]:
        return {client.get(f"/api/v1/courses/{ONE}").status_code for client in (browser, program)}

    assert statuses() == {200}
    people.set_courses(name, [])
    assert statuses() == {404}
    people.set_role(name, Role.ANALYST)
    assert statuses() == {200}
    people.set_password(name, "another long passphrase")
    assert browser.get("/api/v1/courses").status_code == 401
    people.remove(name)
    assert program.get("/api/v1/courses").status_code == 401
