"""The product's results equal what the simulation knows to be true, whatever way the files arrived.

Enters: simulated logs with all traps. Leaves: releases made by studium.pipeline, compared with
truth/*.csv and with each other.
"""

import csv
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from math import isclose
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from studium.cli import main
from studium.config import Workspace, open_workspace, write_default_settings
from studium.pipeline import Job, build, land, publish, retract
from studium.progress import Silent
from studium.publish import query
from studium.simulate import Plan, simulate

PLAN = Plan(events=12_000, files=6, seed=20, courses=3, learners=150, days=10)
TABLES = (
    *("active_users_weekly", "course_activity", "event_types_daily", "person_course_day"),
    *("course_enrollment_daily", "course_enrollment_mode_daily", "course_enrollment_summary"),
    *("person_video", "video", "video_timeline"),
)
TOLERANCE = 1e-6
LEARNER_DAYS = """
    with times as (
        select username, date, sum(sum_dt) as seconds
        from marts.person_course_day
        group by all
    )
    select
        events.username,
        events.event_date as date,
        count(*) as events,
        coalesce(any_value(times.seconds), 0) as seconds,
        count(*) filter (event_type = 'play_video') as videos,
        count(*) filter (event_type = 'problem_check' and event_source = 'server') as problems,
        count(*) filter (event_type = 'edx.course.enrollment.activated') as enrollments
    from staging.stg_edx__events as events
    left join times on times.username = events.username and times.date = events.event_date
    where events.username is not null
    group by all
"""

Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a simulation: logs/ and truth/."""
    return simulate(PLAN, tmp_path_factory.mktemp("invented") / "out", Silent()).output


@pytest.fixture(scope="module")
def single(invented: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace that got all files at once, and published them."""
    job = new_job(tmp_path_factory.mktemp("single") / "campus")
    land(job, [invented / "logs"])
    build(job)
    assert publish(job).release
    return job.workspace


@pytest.mark.parametrize("table", TABLES)
def test_release_equals_the_truth(table: str, invented: Path, single: Workspace) -> None:
    truth = invented / "truth" / f"{table}.csv"
    with query(single, f"select {columns_of(truth)} from {table}") as answer:
        columns = dict(zip(answer.columns, answer.types, strict=True))
        found = list(answer.rows())

    assert_equal(columns, found, truth)


def test_learner_days_equal_the_truth(invented: Path, single: Workspace) -> None:
    with duckdb.connect(str(single.warehouse), read_only=True) as connection:
        answer = connection.sql(LEARNER_DAYS)
        columns = {name: str(kind) for name, kind in zip(answer.columns, answer.types, strict=True)}
        found = answer.fetchall()

    assert_equal(columns, found, invented / "truth" / "learner_days.csv")


def test_nothing_of_the_truth_is_left_out(invented: Path, single: Workspace) -> None:
    with query(single, "select table_name from duckdb_tables() order by all") as answer:
        assert {name for (name,) in answer.rows()} >= set(TABLES)
    files = {path.stem for path in (invented / "truth").glob("*.csv")}
    assert files == {*TABLES, "learner_days"}


def test_status_equals_the_counts(
    invented: Path, single: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = json.loads((invented / "truth" / "counts.json").read_text())

    assert main(["--workspace", str(single.root), "status", "--json"]) == 0

    status = json.loads(capsys.readouterr().out)
    names = ("files", "lines", "events", "duplicates", "quarantined")
    assert {name: status[name] for name in names} == {name: counts[name] for name in names}
    assert min(counts[name] for name in names) > 0
    assert status["skipped"] == 0


@pytest.mark.timeout(600)  # several builds of all models
def test_batches_in_any_order_give_the_same_release(
    invented: Path, single: Workspace, tmp_path: Path
) -> None:
    files = sorted((invented / "logs").iterdir())
    Random(7).shuffle(files)
    job = new_job(tmp_path / "campus")

    for batch in (files[:2], files[2:4]):
        land(job, batch)
        build(job)
    land(job, files[4:])
    retract(job, files[1].name)
    build(job)
    land(job, [files[1]])
    assert not build(job).is_full
    publish(job)

    for table in TABLES:
        assert release_rows(job.workspace, table) == release_rows(single, table), table


def new_job(root: Path) -> Job:
    write_default_settings(root)
    return Job(open_workspace(root, {}), Silent())


def release_rows(workspace: Workspace, table: str) -> list[Row]:
    with query(workspace, f"from {table} order by all") as answer:
        return list(answer.rows())


def columns_of(truth: Path) -> str:
    """The columns that the simulation knows the truth of; a table can have more."""
    with truth.open(encoding="utf-8", newline="") as file:
        return ", ".join(f'"{name}"' for name in next(csv.reader(file)))


def assert_equal(columns: Mapping[str, str], found: list[Row], truth: Path) -> None:
    """The same columns and rows as in the file; floating point numbers to a microsecond."""
    with truth.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert lines
    assert set(lines[0]) == set(columns)
    expected = split_rows(
        columns, [[read_as(columns[name], line[name]) for name in columns] for line in lines]
    )
    actual = split_rows(columns, found)
    assert actual.keys() == expected.keys()
    assert len(actual) == len(expected) == len(lines) == len(found)
    wrong = {
        key: (numbers, expected[key])
        for key, numbers in actual.items()
        if not all(map(is_close, numbers, expected[key]))
    }
    assert not wrong


def split_rows(columns: Mapping[str, str], rows: list[Any]) -> dict[Row, Row]:
    """Exact values of each row -> its floating point numbers, in the order of the columns."""
    floats = [kind == "DOUBLE" for kind in columns.values()]
    return {
        tuple(value for value, is_float in zip(row, floats, strict=True) if not is_float): tuple(
            value for value, is_float in zip(row, floats, strict=True) if is_float
        )
        for row in rows
    }


def is_close(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return isclose(found, expected, rel_tol=0, abs_tol=TOLERANCE)


READERS: Mapping[str, Callable[[str], object]] = {
    "VARCHAR": str,
    "BIGINT": int,
    "DOUBLE": float,
    "BOOLEAN": {"true": True, "false": False}.__getitem__,
    "DATE": date.fromisoformat,
    "TIMESTAMP": datetime.fromisoformat,
}


def read_as(kind: str, text: str) -> object:
    """A value of a truth file; empty text is NULL."""
    return READERS[kind](text) if text else None
