"""The tables of problems and items against an independent computation, from an invented package and its log."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from studium.progress import Silent
from studium.warehouse import Interval, build
from studium.warehouse.build import build_variables
from tests.lake.conftest import event
from tests.warehouse.dbt_runs import duckdb_target, run_dbt
from tests.warehouse.problems import oracle
from tests.warehouse.problems.package import COURSES, START, Package, draw_package, show_package
from tests.warehouse.warehouses import land_paths, new_workspace

PACKAGE = draw_package(20240301)
Logged = list[tuple[str, oracle.Check]]
Tables = dict[str, Any]


def draw_log(package: Package) -> Logged:
    """Some checks and shown answers of some learners, at other dates than their first visits."""
    chance = random.Random(7)
    keys = {(s.course, s.name): s.key for s in package.states if s.category == "problem"}
    names = [name for _, _, name in package.users if name]
    return [
        (kind, (course, chance.choice(names), problem, (START + timedelta(days=day)).date()))
        for course, problem in sorted(keys)
        for day in range(12)
        for kind in chance.choices(["problem_check", "showanswer", "browser"], k=3)
    ]


def write_log(file: Path, log: Logged) -> None:
    """The log as the platform writes it."""
    keys = {(s.course, s.name): s.key for s in PACKAGE.states if s.category == "problem"}
    lines = []
    for number, (kind, (course, name, problem, day)) in enumerate(log):
        source = "browser" if kind == "browser" else "server"
        kind = "problem_check" if kind == "browser" else kind
        payload = {"problem_id": keys[course, problem], "attempts": 1, "success": "correct"}
        context = {"course_id": course, "user_id": int(name.removeprefix("user"))}
        time = f"{day}T10:{number // 60 % 60:02}:{number % 60:02}+00:00"
        fields = {"event_type": kind, "event_source": source, "event": payload}
        lines.append(event(username=name, time=time, context=context, **fields))
    file.write_bytes(b"\n".join(lines) + b"\n")


@pytest.fixture(scope="module", params=[False, True], ids=["fixed", "compat"])
def tables(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Tables, bool]]:
    folder = tmp_path_factory.mktemp("problems")
    workspace, log = new_workspace(folder), draw_log(PACKAGE)
    write_log(folder / "a.log", log)
    land_paths(workspace, folder / "a.log")
    interval = build(workspace, Interval(compat=request.param), Silent()).interval
    with duckdb.connect(str(workspace.warehouse)) as connection:
        show_package(connection, PACKAGE, folder / "dumps")
    target, variables = duckdb_target(workspace.warehouse), build_variables(interval, None)
    run_dbt(
        ["run", "--select", "+path:models/courses/marts/problems"],
        target,
        folder / "dbt",
        variables,
    )
    promises = ["test", "--select", "path:models/courses/marts/problems,test_type:data"]
    assert len(run_dbt(promises, target, folder / "dbt", variables).results) >= 30
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        yield connection, given(connection, log, request.param), request.param


def given(connection: duckdb.DuckDBPyConnection, log: Logged, compat: bool) -> Tables:
    """What the oracle begins with."""
    items, rows = oracle.course_items(PACKAGE, compat)
    people = connection.execute("from marts.person_course")
    names = [column[0] for column in people.description or []]
    return {
        "items": items,
        "course_item": rows,
        "persons": oracle.person_problems(PACKAGE, items, compat),
        "people": [dict(zip(names, row, strict=True)) for row in people.fetchall()],
        "checks": [check for kind, check in log if kind == "problem_check"],
        "shown": {check[:3] for kind, check in log if kind == "showanswer"},
    }


World = tuple[duckdb.DuckDBPyConnection, Tables, bool]


def test_items_have_their_places_names_and_weights(tables: World) -> None:
    connection, wanted, compat = tables

    found = rows_of(
        connection,
        "course_item",
        "course_id, item_nid, item_id, problem_id, problem_nid, assignment_short_id, item_weight, "
        "n_user_responses, assignment_id, n_problems_in_assignment, assignment_type_weight, "
        "n_assignments_of_type, content_index, problem_number, emperical_problem_points_possible, "
        "item_number, n_items, item_short_id",
    )

    assert found == ordered(wanted["course_item"])
    answers = [row[2] for row in found if row[0] == COURSES[0][0] and row[3] == "many"]
    assert (answers.index("many_10_1") < answers.index("many_2_1")) is compat
    total = sum(row[6] for row in found if row[0] == COURSES[0][0])
    assert (total > 1) is compat


def test_persons_have_their_scores(tables: World) -> None:
    connection, wanted, _ = tables

    persons = rows_of(
        connection,
        "person_problem",
        "user_id, course_id, problem_nid, problem_raw_score, problem_pct_score, grade, n_attempts, date",
    )
    problems = rows_of(
        connection,
        "course_problem",
        "course_id, problem_nid, problem_id, avg_problem_raw_score, sdv_problem_raw_score, "
        "avg_problem_pct_score, n_unique_users_attempted",
    )
    first = rows_of(
        connection,
        "problem_first_attempt_correct",
        "course_id, problem_nid, n_first_attempt_correct_by_certified, n_certified_users_attempted, "
        "n_first_attempt_correct_by_completed, n_completed_users_attempted, "
        "n_first_attempt_correct_by_explored, n_explored_users_attempted, "
        "n_first_attempt_correct, n_users_attempted",
    )

    assert persons == ordered(wanted["persons"])
    assert problems == ordered(oracle.course_problems(wanted["persons"], wanted["items"]))
    assert first == ordered(oracle.first_attempts(wanted["persons"], wanted["people"]))


def test_chapters_have_their_grades(tables: World) -> None:
    connection, _, _ = tables

    found = rows_of(
        connection,
        "chapter_grades",
        "course_id, user_id, chapter_mid, user_chapter_max_grade, chgrade, median_grade, chmax",
    )

    assert found == ordered(oracle.chapter_grades(PACKAGE))


def test_learners_have_their_shares_of_shown_and_of_right_answers(tables: World) -> None:
    connection, wanted, compat = tables

    shares = rows_of(
        connection,
        "show_answer_stats_by_user",
        "* exclude (explored, certified, verified)",
    )
    right = rows_of(connection, "stats_attempts_correct", "* exclude (certified, explored)")

    shown = wanted["shown"]
    assert shares == ordered(oracle.shown_shares(PACKAGE, wanted["people"], shown))
    assert right == ordered(oracle.attempts_correct(PACKAGE, wanted["people"], shown, compat))


def test_days_have_the_problems_that_were_answered(tables: World) -> None:
    connection, wanted, compat = tables

    found = rows_of(connection, "person_problem_day", "*")

    assert found == ordered(oracle.problem_days(PACKAGE, wanted["checks"], wanted["items"], compat))


def rows_of(connection: duckdb.DuckDBPyConnection, mart: str, columns: str) -> list[oracle.Row]:
    """Rows of a mart, numbers rounded, in a total order."""
    found = connection.execute(f"select {columns} from marts.{mart}").fetchall()
    assert found
    return ordered(found)


def ordered(rows: list[oracle.Row]) -> list[oracle.Row]:
    """Rounded and in a total order."""
    rounded = [tuple(round(v, 9) if isinstance(v, float) else v for v in row) for row in rows]
    return sorted(rounded, key=repr)
