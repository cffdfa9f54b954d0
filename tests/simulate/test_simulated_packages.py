"""Packages of the simulation: the same bytes for the same plan, the same people as in the logs.

Enters: small simulations with packages. Leaves: what their files hold, read with csv, json and
tarfile alone.
"""

import json
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studium.progress import Silent
from studium.simulate import PACKAGE_TRAPS, Plan, simulate
from tests.simulate.simulation_reader import read_logs

PLAN = Plan(events=8_000, files=2, seed=5, courses=5, learners=200, days=12, packages=True)
Line = dict[str, str]


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(PLAN, tmp_path_factory.mktemp("packages") / "out", Silent()).output


def rows(output: Path, table: str) -> Iterator[tuple[str, Line]]:
    """Course folder and row, fields as they were written."""
    for path in sorted(output.glob(f"packages/*/*-{table}-prod-analytics.sql")):
        header, *lines = path.read_bytes().decode().split("\n")[:-1]
        for line in lines:
            fields = dict(zip(header.split("\t"), line.split("\t"), strict=True))
            yield path.parent.name, fields


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_plan_gives_the_same_bytes_in_any_number_of_processes(
    output: Path, tmp_path: Path
) -> None:
    plan = Plan(events=26_000, files=2, seed=9, courses=2, learners=150, days=5, packages=True)
    one = simulate(plan, tmp_path / "one", Silent(), processes=1).output
    two = simulate(plan, tmp_path / "two", Silent(), processes=2).output

    assert contents(one) == contents(two)
    assert contents(output / "packages") != contents(one / "packages")


def test_packages_leave_the_logs_alone(output: Path, tmp_path: Path) -> None:
    names = ("events", "files", "seed", "courses", "learners", "days")
    without = Plan(**{name: getattr(PLAN, name) for name in names})
    plain = simulate(without, tmp_path / "plain", Silent()).output

    assert contents(plain / "logs") == contents(output / "logs")
    assert not (plain / "packages").exists()
    assert not (plain / "truth" / "person_course.csv").exists()


def test_packages_and_logs_know_the_same_people(output: Path) -> None:
    users = {row["id"]: row["username"] for _, row in rows(output, "auth_user")}
    events = [
        event
        for event in read_logs(output).events
        if event.username and event.user_id and "ccx" not in (event.course or "ccx")
    ]

    assert events
    named = {str(event.user_id): event.username for event in events}
    assert named.items() <= users.items()
    assert len(users) > len(named)


def test_answers_in_the_logs_are_in_the_states(output: Path) -> None:
    attempts = {
        (row["student_id"], row["module_id"]): json.loads(row["state"])["attempts"]
        for _, row in rows(output, "courseware_studentmodule")
        if row["module_type"] == "problem" and '"attempts"' in row["state"]
    }
    logged: Counter[tuple[str, str]] = Counter()
    for event in read_logs(output).events:
        if event.event_type == "problem_check" and event.source == "server":
            payload = event.payload
            if not payload["problem_id"].startswith("ccx"):
                key = (str(event.user_id), payload["problem_id"])
                logged[key] = max(logged[key], payload["attempts"])

    assert len(logged) > 100
    assert all(attempts.get(key, number) == number for key, number in logged.items())
    assert len(attempts.keys() & logged.keys()) > 0.9 * len(logged)


def test_content_has_the_videos_and_problems_of_the_logs(output: Path) -> None:
    blocks = set()
    for path in output.glob("packages/*/*.xml.tar.gz"):
        with tarfile.open(path) as archive:
            blocks |= {Path(name).stem for name in archive.getnames()}
    structures = [
        json.loads(path.read_bytes())
        for path in output.glob("packages/*/*-course_structure-*.json")
    ]

    touched = {
        row["module_id"]
        for _, row in rows(output, "courseware_studentmodule")
        if row["module_type"] != "course"
    }
    assert touched
    assert {key.rpartition("@")[2].rpartition("/")[2] for key in touched} <= blocks
    assert touched <= {key for structure in structures for key in structure}


def test_custom_courses_have_no_package(output: Path) -> None:
    folders = sorted(path.name for path in (output / "packages").iterdir())

    *packages, catalogue = folders
    assert catalogue.startswith("catalogue-")
    assert len(packages) == PLAN.courses - 1
    assert not any("ccx" in name for name in packages)


def test_the_catalogue_lists_the_courses_of_the_packages(output: Path) -> None:
    (folder,) = output.glob("packages/catalogue-*")
    found = {
        name: json.loads((folder / f"{name}.json").read_bytes())["results"]
        for name in ("courses", "course_runs", "programs")
    }
    keys = {course for _, course in courses_of(output, "grades_persistentcoursegrade")}

    assert {run["key"] for run in found["course_runs"]} >= keys
    assert [course["course_runs"][0] for course in found["courses"]] == found["course_runs"]
    assert all(course["subjects"] for course in found["courses"])
    in_programs = [course["key"] for program in found["programs"] for course in program["courses"]]
    assert sorted(in_programs) == sorted(course["key"] for course in found["courses"])


SIGNS: dict[str, Callable[[Path], bool]] = {
    "dump_escapes": lambda output: "\\t" in text_of(output, "goals"),
    "dump_nulls": lambda output: "NULL" in text_of(output, "gender"),
    "dump_returns": lambda output: "\r" in text_of(output, "goals"),
    "header_only": lambda output: len(courses_of(output, "student_courseaccessrole")) == 1,
    "odd_states": lambda output: any(
        '"' not in row["state"].removeprefix("{}") and row["state"] != "{}"
        for _, row in rows(output, "courseware_studentmodule")
    ),
    "other_courses": lambda output: len(courses_of(output, "student_courseenrollment")) > 2,
    "user_rows": lambda output: any(
        number > 1
        for number in Counter(
            (course, row["id"]) for course, row in rows(output, "auth_user")
        ).values()
    ),
}


def courses_of(output: Path, table: str) -> set[tuple[str, str]]:
    """Folders, and the courses of their rows."""
    return {(folder, row["course_id"]) for folder, row in rows(output, table)}


def text_of(output: Path, column: str) -> str:
    return "\n".join(row[column] for _, row in rows(output, "auth_userprofile"))


@pytest.mark.parametrize("trap", PACKAGE_TRAPS)
def test_a_trap_alone_shows_and_the_others_do_not(trap: str, tmp_path: Path) -> None:
    plan = Plan(
        events=4_000, files=1, seed=3, courses=2, learners=120, days=9,
        traps=frozenset({trap}), truth=False, packages=True,
    )  # fmt: skip
    output = simulate(plan, tmp_path / "out", Silent()).output

    assert set(SIGNS) == set(PACKAGE_TRAPS)
    assert {name for name, sign in SIGNS.items() if sign(output)} == {trap}
