"""Reports by subject over the small world of logs, with a catalogue of two columns, against a naive computation.

Enters: tests/world/tracking, a CSV of subjects. Leaves: months of subjects that equal a count in plain Python.
"""

from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from studium.config import BuildSettings, Settings, Workspace
from studium.lake import dump_partitions, event_partitions
from studium.progress import Silent
from studium.warehouse import Contents, Interval, build
from tests import oracle
from tests.warehouse.warehouses import land_paths, rows_of

WORLD = Path(__file__).parents[1] / "world" / "tracking"
MATHEMATICS, ART = "Mathematics", "Art"
TABLES = ("subject_activity_monthly", "subject_engagement_monthly", "subject_take_rates")

Months = dict[tuple[date, str], set[int]]


def courses_of_world() -> list[str]:
    events = oracle.read_events(sorted(WORLD.iterdir()))
    return sorted({event.valid_course for event in events if event.valid_course})


def subjects() -> dict[str, list[str]]:
    """Every course is mathematics, every second one art too; the last course is in no catalogue."""
    *listed, _ = courses_of_world()
    return {
        course: [MATHEMATICS, ART] if place % 2 else [MATHEMATICS]
        for place, course in enumerate(listed)
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("subjects")
    saved = folder / "saved-2024-01-01"
    saved.mkdir()
    lines = [
        f"{course},{position},{name}"
        for course, names in subjects().items()
        for position, name in enumerate(names, start=1)
    ]
    text = "\n".join(["course_id,position,name", *lines]) + "\n"
    (saved / "catalogue_subjects.csv").write_text(text, encoding="utf-8")
    workspace = Workspace(folder / "workspace", Settings(build=BuildSettings(tables=[*TABLES])))
    land_paths(workspace, WORLD, saved)
    contents = Contents(event_partitions(workspace), dump_partitions(workspace))
    build(workspace, Interval(), Silent(), contents=contents)
    return workspace


def active_learners() -> tuple[Months, dict[date, set[int]]]:
    """Who was active by month and subject, and by month in all: the specification's section 1.2."""
    by_subject: Months = defaultdict(set)
    by_month: dict[date, set[int]] = defaultdict(set)
    for event in oracle.read_events(sorted(WORLD.iterdir())):
        kind = event.logged_type or ""
        if not (event.user_id and event.valid_course and kind and event.source):
            continue
        if event.source == "task" or kind.startswith("edx.course.enrollment."):
            continue
        month = event.day.replace(day=1)
        by_month[month].add(event.user_id)
        for subject in subjects().get(event.valid_course, []):
            by_subject[month, subject].add(event.user_id)
    return by_subject, by_month


def test_a_learner_counts_once_in_each_subject(world: Workspace) -> None:
    by_subject, by_month = active_learners()
    wanted = {
        (month, subject): (
            len(users),
            len(by_month[month]),
            100 * len(users) / len(by_month[month]),
        )
        for (month, subject), users in by_subject.items()
    }

    found = {(row[0], row[2]): row[4:7] for row in rows_of(world, "subject_activity_monthly")}

    assert len(wanted) > 1
    assert {subject for _, subject in wanted} == {MATHEMATICS, ART}
    assert found == {key: pytest.approx(value) for key, value in wanted.items()}


def test_attempts_are_those_of_the_subjects_courses(world: Workspace) -> None:
    wanted: dict[tuple[date, str], int] = defaultdict(int)
    for event in oracle.read_events(sorted(WORLD.iterdir())):
        if event.type == "problem_check" and event.source == "server":
            for subject in subjects().get(event.valid_course or "", []):
                wanted[event.day.replace(day=1), subject] += 1

    rows = rows_of(world, "subject_engagement_monthly")

    assert sum(wanted.values()) > 0
    assert {(row[0], row[2]): row[4] for row in rows if row[4]} == dict(wanted)
    assert all(row[7] == pytest.approx(row[4] / row[3]) for row in rows)


def test_rates_of_logs_alone_know_of_no_certificate(world: Workspace) -> None:
    rates = rows_of(world, "subject_take_rates")

    assert {row[1] for row in rates} == {MATHEMATICS, ART}
    assert all(row[4] > 0 and row[6:8] == (None, None) for row in rates)
    assert all(row[8] == pytest.approx(100 * row[5] / row[4]) for row in rates)
