"""Role × dataset: the rows of every export, schema and listing are exactly those of the oracle."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studium.serve.release import Reader, ServedRelease
from studium.serve.rights import ForbiddenError, Principal, Role, TokenScope
from studium.vocabulary import Table
from tests.serve.conftest import COURSES, GRANTED, Campus, of
from tests.serve.matrix.oracle import Asker, permitted

Row = dict[str, Any]
_READ: dict[Path, dict[str, tuple[Table, list[Row]]]] = {}


def everything(campus: Campus) -> dict[str, tuple[Table, list[Row]]]:
    """All rows of the release, past the rights."""
    known = _READ.get(campus.workspace.root)
    if known is None:
        release = campus.app.state.server.keeper.release()
        known = {name: (table, _rows(release, name)) for name, table in release.tables.items()}
        _READ[campus.workspace.root] = known
    return known


def _rows(release: ServedRelease, name: str) -> list[Row]:
    answer = release.cursor().execute(f'select * from release.main."{name}"')
    names = [column[0] for column in answer.description or []]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def asker_of(role: Role) -> Asker:
    return Asker(role.value, frozenset(GRANTED.get(role, COURSES)))


def in_order(rows: list[Row]) -> list[str]:
    """Rows in one order, whether they were sent as JSON or read from a query."""
    return sorted(
        json.dumps({name: _plain(value) for name, value in row.items()}, sort_keys=True)
        for row in rows
    )


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def test_every_dataset_says_whose_it_is(whole: Campus) -> None:
    found = everything(whole)
    assert len(found) > 100
    assert [name for name, (table, _) in found.items() if table.rights is None] == []
    assert all(rows for _, rows in found.values())


@pytest.mark.parametrize("role", list(Role))
def test_each_role_exports_exactly_the_rows_of_the_oracle(whole: Campus, role: Role) -> None:
    client, key = whole.client(role), whole.desk.keys.pseudonyms
    listed = {item["name"] for item in client.get("/api/v1/datasets?limit=1000").json()["items"]}
    for name, (table, rows) in everything(whole).items():
        expected = permitted(rows, table.rights, asker_of(role), key)
        answer = client.get(f"/api/v1/datasets/{name}/rows", params={"format": "jsonl"})
        schema = client.get(f"/api/v1/datasets/{name}/schema?limit=1000")
        assert (name in listed) == (expected is not None), name
        if expected is None:
            assert {answer.status_code, schema.status_code} == {404}, name
            assert client.get(f"/datasets/{name}").status_code == 404
            continue
        found = [json.loads(line) for line in answer.text.splitlines()]
        assert in_order(found) == in_order(expected), name
        if expected:
            assert [it["name"] for it in schema.json()["items"]] == list(found[0]), name


@settings(deadline=None, max_examples=25)
@given(
    role=st.sampled_from(list(Role)),
    courses=st.frozensets(st.sampled_from([*COURSES, "course-v1:No+Such+Course"])),
    scopes=st.none() | st.frozensets(st.sampled_from(list(TokenScope))),
    data=st.data(),
)
def test_any_account_reads_exactly_the_rows_of_the_oracle(
    whole: Campus,
    role: Role,
    courses: frozenset[str],
    scopes: frozenset[TokenScope] | None,
    data: st.DataObject,
) -> None:
    """Accounts as nobody has made them yet: any courses, any token; rows, and what a query counts of them."""
    server = whole.app.state.server
    principal = Principal(7, "somebody", role, of(*courses), scopes)
    reader = Reader(principal, server.bounds, server.keeper.release(), server.keeper.watch)
    asker = Asker(role.value, courses, scopes is None or TokenScope.LEARNERS in scopes)
    for name in data.draw(st.lists(st.sampled_from(sorted(everything(whole))), max_size=10)):
        table, rows = everything(whole)[name]
        expected = permitted(rows, table.rights, asker, whole.desk.keys.pseudonyms)
        assert reader.has(name) == (expected is not None)
        if expected is None:
            with pytest.raises(ForbiddenError):
                reader.rows(f'select * from "{name}"')
            continue
        assert in_order(reader.rows(f'select * from "{name}"')) == in_order(expected)
        assert reader.rows(f'select count(*) as n from "{name}"') == [{"n": len(expected)}]
