"""Tables of item response: what changed is computed again and nothing else; the same whatever the order."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from studium.analyses import analysis_catalogue
from studium.analyses.courses.course_scores import CourseScores, analyse_scores, grade
from studium.analyses.courses.item_tables import update_item_tables
from studium.progress import Silent
from tests.analyses.answers import simulate_answers

OURS = [model for model in analysis_catalogue() if model.area == "courses"]
TABLES = [model.name for model in OURS]
SCHEMA = """
    create schema marts;
    create table marts.person_problem (
        user_id bigint, course_id varchar, problem_nid bigint, problem_raw_score bigint, problem_pct_score double
    );
    create table marts.course_problem (
        course_id varchar, problem_nid bigint, problem_id varchar, problem_short_id varchar, problem_name varchar,
        avg_problem_raw_score double, avg_problem_pct_score double, n_unique_users_attempted bigint
    );
    create table marts.course_item (
        course_id varchar, problem_nid bigint, item_nid bigint, chapter_name varchar, assignment_type varchar
    );
"""


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Marts of two courses with eight problems each, the last one too easy for anybody to fail."""
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as opened:
        opened.execute(SCHEMA)
        for seed, course in enumerate(("A/B/C", "A/B/D")):
            _add_course(opened, course, seed)
        yield opened


def test_tables_hold_the_model_of_each_course(connection: duckdb.DuckDBPyConnection) -> None:
    assert update_item_tables(connection, False, 2, Silent()) == 2

    report = connection.execute(
        "select problem_nid, cutnum, problem_short_id, chapter, assignment_type, Difficulty, Discrimination, "
        "IRT_item_number, irt_method from marts.item_response_theory_report where course_id = 'A/B/C' order by 1, 2"
    ).fetchall()
    known = simulate_answers(0, 400, 7)
    assert [row[:2] for row in report] == [(nid, cut) for nid in range(2, 9) for cut in (1, 2)]
    assert {row[2:5] for row in report[:2]} == {("HW__2", "Week 1", "Homework")}
    assert [row[7] for row in report[::2]] == list(range(1, 8))
    assert {row[8] for row in report} == {"studium_grm"}
    found = np.array([row[5] for row in report])
    assert np.corrcoef(found, known.difficulties.ravel())[0, 1] > 0.95
    reliabilities = connection.execute(
        "select problem_nid, item, item_label, item_test is null from marts.item_reliabilities "
        "where course_id = 'A/B/C' order by 1"
    ).fetchall()
    assert reliabilities[0] == (1, "y1", "HW__1", True)  # the one that nobody fails
    assert [row[3] for row in reliabilities[1:]] == [False] * 7
    theta = connection.execute(
        "select count(*), round(avg(theta), 1) from marts.person_irtgrm_theta"
    ).fetchall()
    assert theta == [(800, 0.0)]


def test_only_courses_whose_scores_changed_are_computed(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    update_item_tables(connection, False, 2, Silent())
    before = _tables(connection)

    assert update_item_tables(connection, False, 2, Silent()) == 0
    connection.execute(
        "update marts.person_problem set problem_raw_score = 0 where course_id = 'A/B/D' and user_id < 40"
    )
    assert update_item_tables(connection, False, 2, Silent()) == 1
    changed = _tables(connection)
    connection.execute("delete from marts.person_problem where course_id = 'A/B/D'")
    assert update_item_tables(connection, False, 2, Silent()) == 1

    assert changed["item_irt_grm"] != before["item_irt_grm"]
    after = _tables(connection)
    for name in TABLES:
        assert after[name] == [row for row in before[name] if row[0] == "A/B/C"]


def test_the_order_of_rows_and_steps_does_not_show(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    update_item_tables(connection, True, 2, Silent())
    update_item_tables(connection, False, 2, Silent())

    with duckdb.connect(str(tmp_path / "other.duckdb")) as other:
        other.execute(SCHEMA)
        for table in ("person_problem", "course_problem", "course_item"):
            shuffled = f"from marts.{table} order by hash({table})"
            rows = connection.execute(shuffled).fetchall()
            _insert(other, table, rows)
        update_item_tables(other, False, 2, Silent())
        assert _tables(other) == _tables(connection)


def test_compat_leaves_out_who_scored_nothing_and_counts_positions(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute(
        "update marts.person_problem set problem_raw_score = 0, problem_pct_score = 0 "
        "where course_id = 'A/B/C' and user_id <= 10"
    )
    counts = "select count(*) from marts.person_irtgrm_theta where course_id = 'A/B/C'"
    numbers = (
        "select distinct problem_nid from marts.item_irt_grm where course_id = 'A/B/C' order by 1"
    )

    update_item_tables(connection, False, 2, Silent())
    fixed = connection.execute(counts).fetchall(), connection.execute(numbers).fetchall()
    update_item_tables(connection, True, 2, Silent())
    compat = connection.execute(counts).fetchall(), connection.execute(numbers).fetchall()

    assert fixed[0] == [(400,)]
    assert compat[0] == [(390,)]
    # Problem 1 varies now. Without those ten it does not, and compat numbers the others from 1.
    assert [nid for (nid,) in fixed[1]] == list(range(1, 9))
    assert [nid for (nid,) in compat[1]] == list(range(1, 8))


def test_abilities_stand_beside_grades_that_may_change_alone(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    graded = (
        "select count(*), count(grade), min(grade), bool_or(certified), bool_and(theta is not null) "
        "from marts.person_irtgrm_theta_grade where course_id = 'A/B/C'"
    )
    update_item_tables(connection, False, 2, Silent())
    assert connection.execute(graded).fetchone() == (400, 0, None, None, True)

    connection.execute(
        "create table marts.person_course as select 'A/B/C' as course_id, 7::bigint as user_id, 0.5 as grade, "
        "true as certified union all select 'A/B/C', 999999, 0.1, false"
    )
    assert update_item_tables(connection, False, 2, Silent()) == 0
    assert connection.execute(graded).fetchone() == (400, 1, 0.5, True, True)


def test_a_warehouse_without_problems_gets_empty_tables() -> None:
    with duckdb.connect() as connection:
        assert update_item_tables(connection, False, 2, Silent()) == 0
        assert not any(_tables(connection).values())


def test_tables_have_the_described_columns(connection: duckdb.DuckDBPyConnection) -> None:
    update_item_tables(connection, False, 2, Silent())

    for model in OURS:
        found = connection.execute(f"describe marts.{model.name}").fetchall()
        assert [row[0] for row in found] == [column.name for column in model.columns]
        assert model.grain.startswith("One row per ")
        assert all(column.description for column in model.columns)


def test_small_courses_have_no_model_but_reliabilities() -> None:
    known = simulate_answers(3, 49, 5)
    raw = np.where(known.answers.chosen < 0, np.nan, known.answers.chosen.astype(float))
    scores = CourseScores(np.arange(49), np.arange(1, 6), raw, raw * 50)

    rows = analyse_scores(scores, compat=False)

    assert (rows.items, rows.abilities, len(rows.reliabilities)) == ([], [], 5)


def test_small_levels_join_their_neighbours() -> None:
    raw = np.array([[0.0] * 1 + [1.0] * 9 + [2.0] * 2 + [3.0] * 8 + [np.nan]]).T

    fixed, compat = grade(raw, least=5), grade(raw, least=1)

    assert [starts.tolist() for starts in fixed.first_scores] == [[0.0, 3.0]]
    assert fixed.answers.chosen[:, 0].tolist() == [0] * 12 + [1] * 8 + [-1]
    assert [starts.tolist() for starts in compat.first_scores] == [[0.0, 1.0, 2.0, 3.0]]


def _add_course(connection: duckdb.DuckDBPyConnection, course: str, seed: int) -> None:
    chosen = simulate_answers(seed, 400, 7).answers.chosen
    rows = [
        (user + 1, course, item + 2, int(level), 50.0 * level)
        for user, levels in enumerate(chosen)
        for item, level in enumerate(levels)
        if level >= 0
    ]
    rows += [(user + 1, course, 1, 2, 100.0) for user in range(len(chosen))]
    problems = [
        (course, nid, f"p{nid}", f"HW__{nid}", f"Problem {nid}", 1.0, 50.0, 400)
        for nid in range(1, 9)
    ]
    _insert(connection, "person_problem", rows)
    _insert(connection, "course_problem", problems)
    _insert(
        connection,
        "course_item",
        [(course, nid, nid, "Week 1", "Homework") for nid in range(1, 9)],
    )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    """All rows in one statement, column by column."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    parts = ", ".join("unnest(?)" for _ in columns)
    connection.execute(f"insert into marts.{table} select {parts}", columns)


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: connection.execute(f"from marts.{name} order by all").fetchall() for name in TABLES
    }
