"""A grant reaches what lies in it: an institution its courses, a district its schools and their sections."""

import duckdb
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studium.serve.rights import Principal, Reach, Role, guard_query
from studium.serve.rights.rows import permitted
from studium.vocabulary import KINDS, Belonging, Rights, Scope, lies_within
from tests.serve.conftest import CLASSIFIED, ONE, TWO, Campus, publish_marts
from tests.serve.test_rows import reader_for

LISTED = """
create table marts.course_list as
    select * from (values
        ('course-v1:Uni+One+2024', 'Uni'), ('course-v1:Uni+Two+2024', 'Uni'), ('Uni/Old/2013', 'Else'),
        ('course-v1:Uni+Three+2024', null)
    ) as rows (course_id, org)
"""
SCOPES = st.builds(Scope, st.sampled_from(KINDS[1:]), st.sampled_from("abc"))


def above(scope: Scope, pairs: set[tuple[Scope, Scope]]) -> set[Scope]:
    """All that a scope lies in, itself included: written upwards, where the server goes downwards."""
    found = {scope}
    while True:
        more = {outer for inner, outer in pairs if inner in found} - found
        if not more:
            return found
        found |= more


@given(
    grants=st.sets(SCOPES),
    pairs=st.sets(st.tuples(SCOPES, SCOPES)).map(
        lambda made: {
            (inner, outer)
            for inner, outer in made
            if inner.kind != outer.kind and lies_within(inner.kind, outer.kind)
        }
    ),
)
def test_a_grant_reaches_exactly_what_lies_in_it(
    grants: set[Scope], pairs: set[tuple[Scope, Scope]]
) -> None:
    reach = Reach({}, pairs)
    scopes = grants | {scope for pair in pairs for scope in pair}
    for kind in KINDS:
        meant = {it.id for it in scopes if it.kind == kind and above(it, pairs) & grants}
        assert reach.granted(grants, kind) == meant


def test_who_has_an_institution_has_its_courses_and_no_others(
    own_campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the one table that says of which institution a course is, rows of all tables are found."""
    within = Belonging("course", "course_id", within={"institution": "org"})
    monkeypatch.setitem(CLASSIFIED, "course_list", Rights("course", within))
    with duckdb.connect(str(own_campus.workspace.warehouse)) as connection:
        connection.execute(LISTED)
    publish_marts(own_campus.workspace, 1)
    people = own_campus.desk.people
    people.set_grants(Role.COURSE_STAFF.value, [Scope("institution", "Uni")])
    client = own_campus.client(Role.COURSE_STAFF)
    courses = [item["course_id"] for item in client.get("/api/v1/courses").json()["items"]]
    assert courses == [ONE, TWO]
    assert client.get("/api/v1/courses/Uni%2FOld%2F2013").status_code == 404
    reader = reader_for(
        own_campus,
        Principal(7, "staff", Role.COURSE_STAFF, frozenset({Scope("institution", "Uni")})),
    )
    seen = reader.rows("select distinct course_id from person_course order by all")
    assert [row["course_id"] for row in seen] == [ONE, TWO]
    people.set_grants(Role.COURSE_STAFF.value, [Scope("district", "Uni")])
    assert client.get("/api/v1/courses").json()["items"] == []


def test_rows_of_a_school_are_for_whoever_has_it(own_campus: Campus) -> None:
    """A kind that no mart of today has: its condition stands in the query, under a parameter of its own."""
    table = own_campus.app.state.server.keeper.release().tables["person_course"]
    rights = Rights("learner", Belonging("school", "course_id"), ["username"])
    tables = {"people": msgspec.structs.replace(table, name="people", rights=rights)}
    view = Principal(7, "staff", Role.COURSE_STAFF).view(10)
    query = guard_query("select * from people", tables, view)
    assert query.parameters == {permitted("school")}
    assert 'list_contains($permitted_school, "course_id")' in query.sql
