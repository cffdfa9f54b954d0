"""Small groups: nobody under the limit is countable, not even as the difference of what is shown."""

import csv
import io
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studium.serve.release import Reader
from studium.serve.rights import Principal, Role, guard_query, hidden_cells, suppress
from studium.vocabulary import Belonging, Groups, Rights, Table, TableColumn
from tests.serve.conftest import CLASSIFIED, OLD, ONE, TWO, Campus, of

LEAST = 10
COUNT = st.integers(0, 40) | st.none()
COUNTS = st.lists(st.integers(0, 40), max_size=8)


def rows_of(campus: Campus, role: Role) -> dict[tuple[str, str], Any]:
    server = campus.app.state.server
    principal = Principal(7, "somebody", role, of(ONE, TWO, OLD))
    reader = Reader(principal, server.bounds, server.keeper.release(), server.keeper.watch)
    rows = reader.rows("select course_id, gender, count from course_enrollment_by_gender")
    return {(row["course_id"], row["gender"]): row["count"] for row in rows}


@given(counts=COUNTS)
def test_hidden_people_are_enough_to_hide_in(counts: list[int]) -> None:
    """Whoever knows the total and all that is shown learns of a group that is not small."""
    hidden = hidden_cells(counts, LEAST)
    shown = [count for count, is_hidden in zip(counts, hidden, strict=True) if not is_hidden]
    difference = sum(counts) - sum(shown)
    assert all(count == 0 or count >= LEAST for count in shown)
    if any(hidden):
        people = [count for count in counts if count]
        assert sum(hidden) >= min(2, len(people))
        assert difference >= LEAST or sum(hidden) == len(people)
    else:
        assert all(count == 0 or count >= LEAST for count in counts)


@given(counts=COUNTS)
def test_no_more_is_hidden_than_it_takes(counts: list[int]) -> None:
    hidden = hidden_cells(counts, LEAST)
    taken = sorted(count for count, is_hidden in zip(counts, hidden, strict=True) if is_hidden)
    large = [count for count in taken if count >= LEAST]
    if large:  # without the largest, there would be too few to hide in
        rest = taken[:-1]
        assert len(rest) < 2 or sum(rest) < LEAST


@settings(deadline=None)
@given(counts=st.lists(st.integers(0, 40) | st.none(), min_size=1, max_size=8))
def test_datasets_hide_what_the_function_hides(counts: list[int | None]) -> None:
    table = Table(
        "parts",
        0,
        "",
        columns=[TableColumn(name, "BIGINT") for name in ("whole", "part", "people", "mean")],
        rights=Rights(
            level="course",
            scope=Belonging("course", "whole"),
            groups=Groups(within=["whole"], counts=["people"], measures=["mean"]),
        ),
    )
    view = Principal(7, "somebody", Role.INSTITUTION_VIEWER).view(LEAST)
    guarded = guard_query(
        "select part, people, mean from parts order by part", {"parts": table}, view
    )
    values = [(1, place, count, place) for place, count in enumerate(counts)]
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as release")
        connection.execute(
            "create table release.main.parts (whole bigint, part bigint, people bigint, mean bigint)"
        )
        connection.executemany("insert into release.main.parts values (?, ?, ?, ?)", values)
        found = connection.execute(guarded.sql).fetchall()
    rows = [{"part": place, "people": count, "mean": place} for _, place, count, _ in values]
    expected = suppress(rows, "people", LEAST, measures=["mean"])
    assert found == [(row["part"], row["people"], row["mean"]) for row in expected]


@settings(deadline=None)
@given(rows=st.lists(st.tuples(COUNT, COUNT), max_size=8))
@pytest.mark.parametrize("tie", ["place", "names", "before", "studium_count", "o'clock"])
def test_reports_hide_each_column_as_the_function_does(
    tie: str, rows: list[tuple[int | None, int | None]]
) -> None:
    """All rows are one whole; names of columns are not those of the query's own."""
    names = [tie, "it's", "viewed"]
    table = Table(
        "it's a report",
        0,
        "",
        columns=[TableColumn(name, "BIGINT") for name in names],
        rights=Rights(level="institution", groups=Groups(within=[], counts=names[1:])),
    )
    view = Principal(7, "somebody", Role.INSTITUTION_VIEWER).view(LEAST)
    sql = f'select * from "it\'s a report" order by "{tie}"'
    guarded = guard_query(sql, {table.name: table}, view)
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as release")
        connection.execute(
            f'create table release.main."it\'s a report" ("{tie}" bigint, "it\'s" bigint, viewed bigint)'
        )
        for place, row in enumerate(rows):
            connection.execute(
                'insert into release.main."it\'s a report" values (?, ?, ?)', [place, *row]
            )
        found = connection.execute(guarded.sql).fetchall()
    hidden = [hidden_cells(column, LEAST) for column in zip(*rows, strict=True)]
    expected = [
        (place, *(None if hidden[i][place] else count for i, count in enumerate(row)))
        for place, row in enumerate(rows)
    ]
    assert found == expected


def test_an_institution_viewer_cannot_subtract_one_learner(campus: Campus) -> None:
    """`o` is one person: with the total of the course and `f` and `m`, everybody would know."""
    assert rows_of(campus, Role.ADMINISTRATOR)[ONE, "o"] == 1
    found = rows_of(campus, Role.INSTITUTION_VIEWER)
    assert found[ONE, "f"] == 30
    assert found[ONE, "m"] is None
    assert found[ONE, "o"] is None
    assert (found[TWO, "f"], found[TWO, "m"]) == (12, 11)
    assert (found[OLD, "f"], found[OLD, "m"]) == (None, None)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.ANALYST, Role.COURSE_STAFF])
def test_whoever_sees_the_learners_sees_all_counts(campus: Campus, role: Role) -> None:
    assert None not in rows_of(campus, role).values()


def test_a_query_over_hidden_counts_adds_up_what_is_shown(campus: Campus) -> None:
    server = campus.app.state.server
    principal = Principal(7, "viewer", Role.INSTITUTION_VIEWER)
    reader = Reader(principal, server.bounds, server.keeper.release(), server.keeper.watch)
    sql = "select sum(count) as n from course_enrollment_by_gender where course_id = $course_id"
    everybody = reader.rows(sql, {"course_id": ONE})
    without_one = reader.rows(f"{sql} and gender <> 'o'", {"course_id": ONE})
    assert everybody == without_one == [{"n": 30}]


COHORTS = Rights(
    level="course",
    scope=Belonging("course", "course_id"),
    groups=Groups(
        within=["course_id"],
        counts=["learners", "active"],
        measures=["active"],
        series=["course_id", "month"],
    ),
)


def shown(rights: Rights, columns: list[str], rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows as an institution viewer sees them."""
    import duckdb

    table = Table(
        "t", 0, "", columns=[TableColumn(name, "BIGINT") for name in columns], rights=rights
    )
    view = Principal(7, "somebody", Role.INSTITUTION_VIEWER).view(LEAST)
    guarded = guard_query("select * from t order by all", {"t": table}, view)
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as release")
        kinds = ", ".join(f"{name} bigint" for name in columns)
        connection.execute(f"create table release.main.t ({kinds})")
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"insert into release.main.t values ({marks})", rows)
        return connection.execute(guarded.sql).fetchall()


def test_a_small_cohort_is_hidden_in_all_its_weeks() -> None:
    """Its size stands in each week, and with the smallest other cohort only in weeks that both have."""
    rows = [
        *((1, 1, week, 50, 30 - week) for week in range(4)),
        *((1, 2, week, 20, 12) for week in range(3)),
        *((1, 3, week, 4, 2) for week in range(2)),
    ]
    found = shown(COHORTS, ["course_id", "month", "week", "learners", "active"], rows)
    assert [row[3:] for row in found if row[1] == 1] == [(50, 30), (50, 29), (50, 28), (50, 27)]
    assert [row[3:] for row in found if row[1] == 2] == [(None, None)] * 3
    assert [row[3:] for row in found if row[1] == 3] == [(None, None)] * 2


def test_weeks_of_a_cohort_do_not_differ_by_a_few() -> None:
    sizes = [60, 60, 57, 45, 44, 30, 6]
    rows = [(1, 1, week, size, 0) for week, size in enumerate(sizes)]
    found = shown(COHORTS, ["course_id", "month", "week", "learners", "active"], rows)
    assert [row[3] for row in found] == [60, 60, None, 45, None, 30, None]


def test_a_breakdown_is_of_the_last_day_alone() -> None:
    """The day before, with the daily count, would tell who the one was that came."""
    rights = Rights(
        level="course",
        scope=Belonging("course", "course_id"),
        groups=Groups(within=["course_id", "day"], counts=["count"], latest="day"),
    )
    rows = [(1, 1, 0, 30), (1, 1, 1, 40), (1, 2, 0, 31), (1, 2, 1, 40), (2, 1, 0, 12)]
    found = shown(rights, ["course_id", "day", "part", "count"], rows)
    assert found == [(1, 2, 0, 31), (1, 2, 1, 40), (2, 1, 0, 12)]


def test_a_change_is_hidden_with_the_count_before_it() -> None:
    rights = Rights(
        level="course",
        scope=Belonging("course", "course_id"),
        groups=Groups(within=["course_id"], counts=["count"], changes={"change": "count"}),
    )
    rows = [(1, 0, 15, 9), (1, 1, 40, 1), (1, 2, 90, 2)]
    found = shown(rights, ["course_id", "part", "count", "change"], rows)
    assert found == [(1, 0, 15, None), (1, 1, 40, None), (1, 2, 90, 2)]


def test_what_completes_a_hidden_count_hides_with_it() -> None:
    rights = Rights(
        level="course",
        scope=Belonging("course", "course_id"),
        groups=Groups(
            within=[],
            counts=["everybody", "women", "men"],
            follows={"women": ["men"], "men": ["women"], "grade": ["women"]},
        ),
    )
    rows = [(1, 50, 3, 47, 9), (2, 70, 30, 40, 8), (3, 90, 45, 45, 7)]
    found = shown(rights, ["course_id", "everybody", "women", "men", "grade"], rows)
    assert found == [(1, 50, None, None, None), (2, 70, None, None, None), (3, 90, 45, 45, 7)]


def test_the_limit_is_a_setting(campus: Campus) -> None:
    rows = [{"g": "a", "n": 3}, {"g": "b", "n": 30}, {"g": "c", "n": 50}]
    assert suppress(rows, "n", 0) == rows
    assert [row["n"] for row in suppress(rows, "n", 4)] == [None, None, 50]
    assert Principal(7, "v", Role.INSTITUTION_VIEWER).view(0).hides_under == 0


def test_a_hidden_last_day_is_not_the_day_before(
    own_campus: Campus, change: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = Groups(within=["course_id", "date"], counts=["count"])
    monkeypatch.setitem(
        CLASSIFIED,
        "course_enrollment_mode_daily",
        Rights(level="course", scope=Belonging("course", "course_id"), groups=groups),
    )
    change(
        f"""
        create table marts.course_enrollment_mode_daily as
        select '{ONE}' as course_id, date '2024-03-01' as date, 'verified' as mode, 14::bigint as count
        union all select '{ONE}', date '2024-03-02', 'verified', 4
        """
    )
    path = f"/api/v1/courses/{ONE}"
    assert own_campus.client(Role.ADMINISTRATOR).get(path).json()["verified"] == 4
    assert own_campus.client(Role.INSTITUTION_VIEWER).get(path).json()["verified"] is None


def test_a_hidden_count_is_none_of_nobody_on_pages(
    own_campus: Campus, change: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not 0, and not the whole of a change."""
    parts = {
        "course_activity": Groups(within=["course_id", "interval_end"], counts=["count"]),
        "course_enrollment_daily": Groups(within=["course_id", "date"], counts=["count"]),
        "stats_module_usage": Groups(within=["course_id", "module_id"], counts=["ncount"]),
    }
    for name, groups in parts.items():
        rights = Rights(level="course", scope=Belonging("course", "course_id"), groups=groups)
        monkeypatch.setitem(CLASSIFIED, name, rights)
    of_course = Rights(level="course", scope=Belonging("course", "course_id"))
    monkeypatch.setitem(CLASSIFIED, "course_axis", of_course)
    change(
        f"""
        create table marts.course_activity as
        select '{ONE}' as course_id, timestamp '2024-02-19' as interval_start,
            timestamp '2024-02-26' as interval_end, label, count
        from (values ('ACTIVE', 40::bigint), ('PLAYED_VIDEO', 3), ('POSTED_FORUM', 30)) as rows (label, count);
        create table marts.course_axis as
        select '{ONE}' as course_id, number as index, 'Week ' || number as name, 'c' || number as url_name,
            'm' || number as module_id, 'chapter' as category, cast(null as varchar) as chapter_mid,
            cast(null as timestamp) as start, cast(null as timestamp) as due
        from range(1, 4) as numbers (number);
        create table marts.stats_module_usage as
        select '{ONE}' as course_id, 'chapter' as module_type, module_id, ncount
        from (values ('m1', 30::bigint), ('m2', 4)) as rows (module_id, ncount);
        create or replace table marts.course_enrollment_daily as
        select '{ONE}' as course_id, date '2024-03-02' as date, 15::bigint as count, 15::bigint as cumulative_count
        union all select '{ONE}', date '2024-02-24', 6, 6
        """
    )
    browser = own_campus.client(Role.INSTITUTION_VIEWER)
    weeks = browser.get(f"/courses/{ONE}/engagement?csv=activity_weekly").text.splitlines()
    assert weeks[1].startswith("2024-02-19,40,,0,,"), (
        "hidden, nobody, and hidden for the other's sake"
    )
    funnel = browser.get(f"/courses/{ONE}/chapters?csv=funnel").text.splitlines()
    assert [line.split(",")[1] for line in funnel[1:]] == ["30", "", "0"]
    listed = csv.DictReader(io.StringIO(browser.get("/?csv=courses").text))
    (course,) = [row for row in listed if row.get("enrolled")]
    assert (course["enrolled"], course["change_7_days"]) == ("15", "")
