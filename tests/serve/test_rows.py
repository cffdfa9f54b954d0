"""Rows and columns of each role, against an oracle that filters the whole tables in Python."""

import hashlib
import hmac
import json
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studium.errors import StudiumError
from studium.serve.release import Reader
from studium.serve.rights import ForbiddenError, Principal, Role, TokenScope, guard_query
from studium.serve.rights.rows import PERSON, search_query, stands_for
from studium.vocabulary import Belonging, Rights, Scope, Table, TableColumn
from tests.serve.conftest import CLASSIFIED, COURSES, ONE, TWO, Campus, of

Row = dict[str, Any]
SMALL_GROUP = 10
ROLES = st.sampled_from(list(Role))
GRANTS = st.frozensets(st.sampled_from([*COURSES, "course-v1:No+Such+Course"]))
SCOPES = st.none() | st.frozensets(st.sampled_from(list(TokenScope)))


def reader_for(campus: Campus, principal: Principal) -> Reader:
    server = campus.app.state.server
    return Reader(principal, server.bounds, server.keeper.release(), server.keeper.watch)


def everything(campus: Campus) -> dict[str, list[Row]]:
    """All rows of all tables, read by an administrator."""
    reader = reader_for(campus, Principal(1, "root", Role.ADMINISTRATOR))
    return {name: reader.rows(f'select * from "{name}"') for name in CLASSIFIED}


def permitted(
    rows: list[Row], rights: Rights | None, principal: Principal, key: bytes
) -> list[Row] | None:
    """What the role may see, by the words of docs/serve.md; None: nothing of the table at all."""
    may_read_learners = principal.scopes is None or TokenScope.LEARNERS in principal.scopes
    if rights is None:
        return rows if principal.role == "administrator" and may_read_learners else None
    if rights.level == "learner" and (
        principal.role == "institution_viewer" or not may_read_learners
    ):
        return None
    if principal.role in {"course_staff", "researcher"}:
        if rights.level == "institution" or rights.scope is None:
            return None
        rows = [
            {name: value for name, value in row.items() if name not in rights.beyond}
            for row in rows
            if Scope("course", row[rights.scope.column]) in principal.grants
        ]
    if principal.role == "researcher":
        rows = [pseudonymous(row, rights, key) for row in rows]
    return rows


def pseudonymous(row: Row, rights: Rights, key: bytes) -> Row:
    kept = {name: value for name, value in row.items() if name not in rights.personal}
    for name in rights.learner:
        kind = "number" if isinstance(row[name], int) else "text"
        message = f"{kind}:{row[name]}".encode()
        kept[name] = hmac.new(key, message, hashlib.sha256).hexdigest()[:32]
    return kept


def without_counts(rows: list[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if name != "count"} for row in rows]


def sorted_rows(rows: list[Row]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)


@settings(deadline=None)
@given(role=ROLES, courses=GRANTS, scopes=SCOPES)
def test_every_dataset_has_exactly_the_rows_of_the_role(
    campus: Campus, role: Role, courses: frozenset[str], scopes: frozenset[TokenScope] | None
) -> None:
    principal = Principal(7, "somebody", role, of(*courses), scopes)
    reader = reader_for(campus, principal)
    for name, rows in everything(campus).items():
        expected = permitted(rows, CLASSIFIED[name], principal, campus.desk.keys.pseudonyms)
        assert reader.has(name) == (expected is not None)
        if expected is None:
            with pytest.raises(ForbiddenError):
                reader.rows(f'select * from "{name}"')
            continue
        found = reader.rows(f'select * from "{name}"')
        if found:
            assert list(found[0]) == reader.columns_of(name)
        if name == "course_enrollment_by_gender":  # hidden counts are tested in test_suppression.py
            found, expected = without_counts(found), without_counts(expected)
        assert sorted_rows(found) == sorted_rows(expected)


@pytest.mark.parametrize(
    "sql",
    [
        "select count(*) as n from person_course",
        "with mine as (select * from person_course) select count(*) as n from mine",
        "with recursive mine as (select * from person_course) select count(*) as n from mine",
        "select count(*) as n from (select * from person_course) as inner_one",
        (
            "select count(*) as n from event_types_daily join person_course as p using (course_id) "
            "where event_type = 'play_video'"
        ),
        "select (select count(*) from person_course) as n",
        (
            "select count(*) as n from person_course as a where exists "
            "(select 1 from person_course as b where b.username = a.username)"
        ),
        "from person_course select count(*) as n",
        (
            "select count(*) as n from (select * from person_course union all select * from person_course "
            "where false) as both_of_them"
        ),
        'select count(*) as n from "Person_Course"',
    ],
)
def test_no_form_of_a_query_goes_round_the_rights(campus: Campus, sql: str) -> None:
    reader = reader_for(campus, Principal(7, "staff", Role.COURSE_STAFF, of(TWO)))
    expected = sum(row["course_id"] == TWO for row in everything(campus)["person_course"])
    try:
        assert reader.rows(sql) == [{"n": expected}]
    except StudiumError:
        assert '"' in sql  # refused is as good


@pytest.mark.parametrize(
    "sql",
    [
        "select * from release.main.person_course",
        "select * from main.person_course",
        "select * from release.person_course",
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from read_text('/etc/passwd')",
        "select * from glob('*')",
        "select * from query('select 1')",
        "select * from query_table('person_course')",
        "select * from duckdb_tables()",
        "select * from duckdb_settings()",
        "select * from information_schema.tables",
        "select * from sqlite_master",
        "select 1; select 2",
        "insert into overall values (1)",
        "create table mine as select 1",
        "copy overall to '/tmp/overall.csv'",
        "attach '/tmp/other.duckdb'",
        "install httpfs",
        "set threads = 8",
        "pragma database_list",
        "use release",
        "with person_course as (select 1) select * from person_course",
        "select * from nothing_of_that_name",
        "this is no SQL",
        "",
    ],
)
def test_a_query_reads_datasets_and_nothing_else(campus: Campus, sql: str) -> None:
    reader = reader_for(campus, Principal(1, "root", Role.ADMINISTRATOR))
    with pytest.raises(StudiumError):
        reader.rows(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from person_course",
        "select * from release.person_course limit 0; insert into release.main.overall values (1)",
        "select * from read_csv('/etc/passwd')",
        "copy release.main.overall to '/tmp/studium-overall.csv'",
        "attach '/tmp/studium-other.duckdb'",
        "install httpfs",
        "load httpfs",
        "set threads = 8",
        "set lock_configuration = false",
        "set enable_external_access = true",
        "reset memory_limit",
        "create table mine as select 1",
        "create table release.main.mine as select 1",
        "delete from release.main.overall",
        "export database '/tmp/studium-export'",
    ],
)
def test_the_connection_itself_gives_and_takes_nothing_else(campus: Campus, sql: str) -> None:
    """Also where a query of ours were not looked at: plain names find nothing, files and settings are shut."""
    import duckdb

    cursor = campus.app.state.server.keeper.release().cursor()
    with pytest.raises(duckdb.Error):
        cursor.execute(sql).fetchall()


def test_limits_of_the_connection_are_those_of_the_settings(campus: Campus) -> None:
    cursor = campus.app.state.server.keeper.release().cursor()
    names = (
        "threads",
        "enable_external_access",
        "lock_configuration",
        "allow_community_extensions",
    )
    found = {name: cursor.execute(f"select current_setting('{name}')").fetchone() for name in names}
    assert found == {
        "threads": (2,),
        "enable_external_access": (False,),
        "lock_configuration": (True,),
        "allow_community_extensions": (False,),
    }
    limit = cursor.execute("select current_setting('memory_limit')").fetchone()
    assert limit is not None
    assert limit[0].startswith("953")  # MiB of 1000 MB


@settings(deadline=None)
@given(value=st.text(max_size=60))
def test_values_are_bound_and_never_part_of_the_query(campus: Campus, value: str) -> None:
    reader = reader_for(campus, Principal(7, "staff", Role.COURSE_STAFF, of(ONE)))
    rows = reader.rows(
        "select username from person_course where username = $name",
        {"name": value.replace("\0", "")},
    )
    assert all(row["username"] == value for row in rows)


@pytest.mark.parametrize(
    "value", ["' or 1=1 --", "learner1'; drop table x; --", "%", "$permitted_course", "\\", "ｌ"]
)
def test_known_attacks_are_values(campus: Campus, value: str) -> None:
    reader = reader_for(campus, Principal(1, "root", Role.ADMINISTRATOR))
    assert (
        reader.rows("select 1 as n from person_course where username = $name", {"name": value})
        == []
    )


@settings(deadline=None)
@given(role=ROLES, courses=GRANTS, data=st.data())
def test_a_question_about_one_learner_has_their_rows_alone(
    campus: Campus, role: Role, courses: frozenset[str], data: st.DataObject
) -> None:
    principal, key = Principal(7, "somebody", role, of(*courses)), campus.desk.keys.pseudonyms
    reader = reader_for(campus, principal)
    rows = everything(campus)["person_course"]
    shown = permitted(rows, CLASSIFIED["person_course"], principal, key)
    if shown is None:
        return
    # Names as the role sees them, and as it must not: one of these finds nobody.
    someone = data.draw(st.sampled_from([*rows, *shown]))
    column = data.draw(st.sampled_from(PERSON))
    asked = {"course_id": someone["course_id"], column: someone[column]}
    if role is Role.RESEARCHER:
        asked[column] = str(asked[column])  # as pseudonyms of numbers are
    sql = f"select * from person_course where course_id = $course_id and {column} = ${column}"
    expected = [row for row in shown if all(row[name] == asked[name] for name in asked)]
    assert sorted_rows(reader.rows(sql, asked)) == sorted_rows(expected)
    assert sorted_rows(reader.rows(sql, asked)) == sorted_rows(expected)  # as known by now


@pytest.mark.parametrize("rows", [1, 7, 10_000])
@pytest.mark.parametrize("role", [Role.ANALYST, Role.RESEARCHER])
def test_a_long_array_is_whole_and_in_order(
    campus: Campus, role: Role, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studium.serve.release.reader._BATCH_ROWS", rows)
    reader = reader_for(campus, Principal(7, "somebody", role, of(ONE)))
    sql = "select username, course_id from person_course where course_id = $course_id"
    pieces = reader.array(sql, "username", {"course_id": ONE})
    assert pieces is not None
    found = json.loads(b"".join(pieces))
    assert found == reader.rows(f"{sql} order by username", {"course_id": ONE})
    assert reader.journal[0].rows == len(found) > 7
    assert reader.array(sql, "username", {"course_id": "course-v1:No+Such+Course"}) is None


def test_who_has_no_name_in_a_dataset_is_found_there_by_number() -> None:
    """As in the roster, which lacks names that neither the log nor accounts know."""
    columns = [
        TableColumn("course_id", "VARCHAR"),
        TableColumn("user_id", "BIGINT"),
        TableColumn("username", "VARCHAR"),
    ]
    rights = Rights(
        level="learner", scope=Belonging("course", "course_id"), learner=["user_id", "username"]
    )
    tables = {"roster": Table("roster", 0, "", columns=columns, rights=rights)}
    view = Principal(7, "somebody", Role.RESEARCHER, of(ONE)).view(SMALL_GROUP)
    guarded = guard_query("select course_id from roster", tables, view, frozenset({"username"}))
    values = {
        "permitted_course": [ONE],
        "pseudonym_inner": b"in",
        "pseudonym_outer": b"out",
        stands_for("username"): "ann",
        stands_for("user_id"): 5,
    }
    assert guarded.parameters == values.keys()
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as release")
        connection.execute(
            "create table release.main.roster as select * from (values "
            f"('{ONE}', 5, null), ('{ONE}', null, 'ann'), ('{ONE}', 6, 'bob'), ('{TWO}', 5, 'ann')"
            ") as rows (course_id, user_id, username)"
        )
        found = connection.execute(guarded.sql, values).fetchall()
        nobody = values | {stands_for("username"): None, stands_for("user_id"): None}
        assert connection.execute(guarded.sql, nobody).fetchall() == []
    assert found == [(ONE,), (ONE,)]


def test_nobody_else_gets_a_pseudonym_where_one_learner_is_asked_about(campus: Campus) -> None:
    researcher = reader_for(campus, Principal(7, "somebody", Role.RESEARCHER, of(ONE)))
    tables, view = researcher.open_release.tables, researcher.principal.view(SMALL_GROUP)
    sql = "select * from person_course where username = $username"
    assert stands_for("username") in guard_query(sql, tables, view, frozenset(PERSON)).parameters
    assert stands_for("username") not in guard_query(sql, tables, view).parameters
    for name in PERSON:
        assert search_query(tables["user_languages"], view, name) is None  # of no course


def test_a_parameter_of_ours_cannot_be_given_from_outside(campus: Campus) -> None:
    reader = reader_for(campus, Principal(7, "staff", Role.COURSE_STAFF, of(ONE)))
    given_from_outside = {"permitted_course": [TWO], "course_id": TWO}
    sql = "select count(*) as n from person_course where course_id = $course_id"
    assert reader.rows(sql, given_from_outside) == [{"n": 0}]


def test_a_table_of_two_names_in_one_column_belongs_to_the_course_before_the_bar() -> None:
    from studium.serve.rights import guard_query
    from studium.vocabulary import TableColumn

    table = Table(
        "video_timeline",
        0,
        "",
        columns=[TableColumn("pipeline_video_id", "VARCHAR")],
        rights=Rights(level="course", scope=Belonging("course", "pipeline_video_id", "|")),
    )
    view = Principal(7, "staff", Role.COURSE_STAFF, of(ONE)).view(0)
    guarded = guard_query("from video_timeline", {"video_timeline": table}, view)
    assert "split_part(\"pipeline_video_id\", '|', 1)" in guarded.sql
    assert guarded.parameters == {"permitted_course"}
