"""Every file that leaves is an export: made from all addresses, each with its record, none without the scope."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi import APIRouter
from fastapi.responses import Response
from fastapi.testclient import TestClient

from studium.serve.audit import AuditRecord
from studium.serve.rights import Role, Rule, TokenScope, rule
from tests.serve.conftest import COURSES, ONE, Campus
from tests.serve.matrix.test_endpoints import _EMPTY, names_course, path_of, reading

_WITHOUT = (TokenScope.READ, TokenScope.LEARNERS, TokenScope.ADMINISTER)
_TABLES = re.compile(r"[?&;]csv=(\w+)")


@dataclass(frozen=True)
class Asked:
    """An address with the header that asks for a file of it."""

    path: str
    accept: str = "text/html"


def askings(campus: Campus, client: TestClient) -> Iterator[Asked]:
    """Every way to ask every address for a file: by header, by parameter, the tables of each page."""
    for address in reading(campus):
        path = path_of(address, COURSES[0], campus)
        and_more = "&" if "?" in path else "?"
        yield Asked(path, "text/csv")
        if path.startswith("/api/"):
            for form in ("csv", "parquet", "jsonl"):
                yield Asked(f"{path}{and_more}format={form}", "application/json")
        elif "{path" not in address.path:
            page = client.get(path, headers={"accept": "text/html"}, follow_redirects=False)
            for name in sorted(set(_TABLES.findall(page.text))):
                yield Asked(f"{path}{and_more}csv={name}")


def is_file(answer: Response) -> bool:
    kind = answer.headers.get("content-type", "")
    return "attachment" in answer.headers.get("content-disposition", "") or not kind.startswith(
        ("application/json", "application/problem+json", "text/html", "text/plain")
    )


def newest(campus: Campus, after: int) -> list[AuditRecord]:
    entries = campus.desk.audit.list(100)
    return [entry.record for entry in entries if entry.number > after]


def last(campus: Campus) -> int:
    entries = campus.desk.audit.list(1)
    return entries[0].number if entries else 0


def test_every_file_leaves_with_one_record_of_it(whole: Campus) -> None:
    client, given = whole.client(Role.ADMINISTRATOR), set()
    release = whole.app.state.server.keeper.release().id
    for asked in askings(whole, client):
        before = last(whole)
        answer = client.get(asked.path, headers={"accept": asked.accept}, follow_redirects=False)
        exports = [it for it in newest(whole, before) if it.action == "export"]
        if not (answer.status_code == 200 and is_file(answer)):
            assert exports == [] or answer.headers["content-type"] == "application/json", asked
            continue
        (record,) = exports
        given.add(asked.path.partition("?")[0])
        assert record.username == "administrator", asked
        assert record.credential.startswith("token "), asked
        assert record.detail["path"] == asked.path.partition("?")[0].replace("%2B", "+"), asked
        assert record.detail["release"] == release, asked
        assert record.subject, asked
        if "csv" in answer.headers["content-type"]:
            rows = list(csv.reader(io.StringIO(answer.text, newline="")))
            assert record.row_count == len(rows) - 1, asked
        if names_course_of(asked, whole):
            assert ONE in str(record.detail), asked
    assert len(given) > 60
    assert given >= documented(whole) > {"/api/v1/courses"}


def names_course_of(asked: Asked, campus: Campus) -> bool:
    return any(
        names_course(address) and path_of(address, COURSES[0], campus) == asked.path
        for address in reading(campus)
    )


def documented(campus: Campus) -> set[str]:
    """Addresses that give CSV by the OpenAPI document, but for events, which the campus has none of."""
    document = campus.client().get("/api/v1/openapi.json").json()
    gives = {
        path
        for path, methods in document["paths"].items()
        if "text/csv"
        in methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
    }
    assert gives
    return {
        path_of(address, COURSES[0], campus).partition("?")[0]
        for address in reading(campus)
        if re.sub(r":\w+}", "}", address.path) in gives
        and address.path.startswith("/api/v1/")
        and address.path not in _EMPTY
    }


def test_no_file_leaves_by_a_token_without_the_scope(whole: Campus) -> None:
    user_id = whole.desk.people.find("administrator").user_id
    token = whole.desk.tokens.create(user_id, "reads only", _WITHOUT, 1)[1]
    full, client = whole.client(Role.ADMINISTRATOR), whole.client()
    client.headers["authorization"] = f"Bearer {token}"
    refused = 0
    for asked in askings(whole, full):
        headers = {"accept": asked.accept}
        given = full.get(asked.path, headers=headers, follow_redirects=False)
        before = last(whole)
        answer = client.get(asked.path, headers=headers, follow_redirects=False)
        if given.status_code != 200 or not is_file(given):
            continue
        refused += 1
        assert answer.status_code == 403, asked
        assert "`export`" in answer.text, asked
        assert [it for it in newest(whole, before) if it.action == "export"] == [], asked
        if asked.path.startswith("/api/v1/"):
            assert answer.headers["content-type"] == "application/problem+json", asked
            assert "`export`" in answer.json()["detail"], asked
    assert refused > 100


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/csv; charset=utf-8"},
        {"content-type": "application/vnd.apache.parquet"},
        {"content-type": "application/json", "content-disposition": 'attachment; filename="a"'},
    ],
)
def test_a_route_that_forgets_the_record_gives_nothing(
    own_campus: Campus, headers: dict[str, str]
) -> None:
    router = APIRouter()

    @router.get("/api/v1/forgotten")
    @rule(Rule.COURSE)
    def forgotten() -> Response:
        return Response("a,file\n", headers=headers)

    own_campus.app.include_router(router)
    answer = own_campus.client(Role.ADMINISTRATOR).get("/api/v1/forgotten")
    assert answer.status_code == 500
    assert "file\n" not in answer.text


def test_a_record_of_a_list_has_its_filter_however_long_the_address(own_campus: Campus) -> None:
    asked = {"pad": "A" * 6_000, "start_date": "2024-03-01"}  # version 0 lets unknown ones pass
    answer = own_campus.client(Role.ANALYST).get(
        f"/api/v0/courses/{ONE}/enrollment/", params=asked, headers={"Accept": "text/csv"}
    )
    assert answer.status_code == 200
    (record,) = own_campus.desk.audit.list(9)
    assert record.record.action == "export"
    assert record.record.row_count == 1
    assert record.record.detail["asked"] == {"start_date": "2024-03-01"}
