"""Attacks on every address at once, made from the routes: values that are code, forged changes, GETs that change."""

import statistics
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from studium.serve.accounts.store import ACCOUNTS, GRANTS, SESSIONS, TOKENS
from studium.serve.rights import Role
from tests.serve.conftest import GRANTED, Campus
from tests.serve.matrix.test_endpoints import path_of, reading
from tests.serve.test_routes import UNKNOWN, addresses

PAYLOADS = (
    "' or '1'='1",
    "canary0x1' --",
    '"; drop table person_course; --',
    "1 union select username from person_course",
    "$permitted_course",
    "%",
)
OWN = GRANTED[Role.COURSE_STAFF][0]
SAFE = {"limit", "cursor", "format", "page", "page_size"}


def parameters_of(client: TestClient) -> Iterator[tuple[str, str]]:
    """(path, name) of every query parameter in the OpenAPI document, but those that choose a page."""
    document = client.get("/api/v1/openapi.json").json()
    for path, methods in document["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", []):
            if parameter["in"] == "query" and parameter["name"] not in SAFE:
                yield path, parameter["name"]


def test_no_value_of_a_parameter_becomes_part_of_a_query(whole: Campus) -> None:
    """Each value in each parameter: refused, or taken as the text that it is; it never finds anybody else's rows."""
    client = whole.client(Role.COURSE_STAFF)
    known = {
        address.path.replace(":course", "").replace(":path", ""): address
        for address in reading(whole)
    }
    asked = [
        (known[path], name)
        for path, name in parameters_of(client)
        if path in known
        and "/events/" not in path  # this release has none; tests/publish/test_events.py
    ]
    assert len(asked) > 30
    for address, name in asked:
        for payload in PAYLOADS:
            path = path_of(address, OWN, whole).partition("?")[0]
            asks = (
                {"course_id": OWN, name: payload}
                if address.path.startswith("/api/v0")
                else {name: payload}
            )
            answer = client.get(path, params=asks)
            assert answer.status_code in {200, 400, 403, 404, 422}, (
                path,
                name,
                payload,
                answer.text[:200],
            )
            assert "canary1" not in answer.text, (path, name, payload)
            assert "canary2" not in answer.text, (path, name, payload)


@pytest.mark.parametrize("payload", [*PAYLOADS, "_", "\\", "CANARY0X1", "x1", "ｃanary"])
def test_a_filter_means_what_it_says(whole: Campus, payload: str) -> None:
    client = whole.client(Role.ADMINISTRATOR)
    address = f"/api/v1/courses/{OWN}/learners"
    everybody = [
        it["username"] for it in client.get(address, params={"limit": 1000}).json()["items"]
    ]
    found = client.get(address, params={"limit": 1000, "search": payload}).json()["items"]
    assert [it["username"] for it in found] == [
        name for name in everybody if payload.lower() in name
    ]


def test_every_change_without_a_form_of_ours_is_refused(whole: Campus) -> None:
    """Whatever routes there are: a browser that is signed in and was led here changes nothing."""
    client = whole.browser(Role.ADMINISTRATOR)
    changing = [it for it in addresses(whole) if it.method not in {"GET", "HEAD"}]
    assert len(changing) >= 10
    before = accounts_of(whole)
    bodies: list[dict[str, Any]] = [
        {"data": {"role": "administrator"}},
        {"json": {"role": "administrator"}},
        {"content": b'{"role": "administrator"}', "headers": {"content-type": "text/plain"}},
    ]
    for address in changing:
        for body in bodies:
            path = path_of(address, OWN, whole)
            answer = client.request(address.method, path, follow_redirects=False, **body)
            assert answer.status_code == 403, (address, body)
    assert accounts_of(whole) == before


def test_no_get_changes_accounts_sessions_or_tokens(whole: Campus) -> None:
    client = whole.browser(Role.ADMINISTRATOR)
    before = accounts_of(whole)
    for address in reading(whole):
        client.get(path_of(address, OWN, whole), follow_redirects=False)
    assert accounts_of(whole) == before


def accounts_of(campus: Campus) -> list[list[Any]]:
    """Everything in the database of accounts but the log."""
    with campus.desk.people.engine.connect() as connection:
        tables = (ACCOUNTS, GRANTS, SESSIONS, TOKENS)
        return [[tuple(row) for row in connection.execute(select(table))] for table in tables]


@pytest.mark.parametrize("role", list(Role))
def test_no_checksum_confirms_a_guess_of_what_is_hidden(whole: Campus, role: Role) -> None:
    """With all but one small count known, ten guesses would find the one that has the checksum."""
    client = whole.client(role)
    listed = client.get("/api/v1/datasets?limit=1000").json()["items"]
    tables = whole.app.state.server.keeper.release().tables
    for item in listed:
        table = tables[item["name"]]
        found = client.get(f"/api/v1/datasets/{table.name}").json()
        is_counted = table.rights is not None and table.rights.groups is not None
        is_of_own = role in GRANTED or (role is Role.INSTITUTION_VIEWER and is_counted)
        expected = (None, None) if is_of_own else (table.rows, table.checksum)
        assert (found["rows"], found["checksum"]) == expected, table.name
        assert item["rows"] == expected[0]
    assert len(listed) > 30


def test_researchers_read_no_answers_that_people_typed(whole: Campus) -> None:
    client = whole.client(Role.RESEARCHER)
    columns = client.get("/api/v1/datasets/problem_response/schema?limit=1000").json()["items"]
    assert "answer" not in [column["name"] for column in columns]


def test_a_hidden_course_takes_as_long_as_one_that_is_not_there(whole: Campus) -> None:
    client = whole.client(Role.COURSE_STAFF)
    hidden = next(course for course in GRANTED[Role.RESEARCHER] if course != OWN)
    taken: dict[str, list[float]] = {hidden: [], UNKNOWN: []}
    for number in range(82):
        course = (hidden, UNKNOWN)[number % 2]
        began = time.perf_counter()
        assert client.get(f"/api/v1/courses/{course}").status_code == 404
        taken[course].append(time.perf_counter() - began)
    # The quickest of many: whatever else runs on the machine only adds.
    quickest = [statistics.mean(sorted(it)[:5]) for it in taken.values()]
    assert 0.6 < quickest[0] / quickest[1] < 1.7
