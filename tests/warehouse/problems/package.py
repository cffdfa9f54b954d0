"""An invented package of two courses with every trap of problems and items, drawn from a seed.

Enters: a seed. Leaves: rows as plain values, for the oracle; the same rows as the lake keeps them, for the models.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from studium.lake import DATASETS
from studium.warehouse.inputs.dumps import dump_view

START = datetime.fromisoformat("2024-03-01T08:00:00")
LEARNERS = 40
ARROW = {
    "varchar": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
# course, how its usage keys are written
COURSES = (
    ("course-v1:A+B.1x+2024", "block-v1:A+B.1x+2024+type@{category}+block@{name}"),
    ("A/C/2013", "i4x://A/C/{category}/{name}"),
)
# (category, url_name, path, format, weight, graded): in the order of the content
CONTENT = (
    ("course", "run", None, None, None, None),
    ("chapter", "w1", "/w1", None, None, None),
    ("sequential", "s1", "/w1/s1", "Homework", None, "true"),
    ("vertical", "v1", "/w1/s1/1", "Homework", None, "true"),
    ("problem", "many", "/w1/s1/1/1", "Homework", 2.0, "true"),
    ("problem", "one", "/w1/s1/1/2", "Homework", None, "true"),
    ("problem", "zero", "/w1/s1/2", "Homework", 0.0, "true"),
    ("sequential", "s2", "/w1/s2", None, None, None),
    ("problem", "practice", "/w1/s2/1", None, None, "false"),
    ("chapter", "w2", "/w2", None, None, None),
    ("sequential", "s3", "/w2/s3", "Homework", None, "True"),
    ("problem", "rare", "/w2/s3/1", "Homework", None, "True"),
    ("problem", "one", "/w2/s3/2", "Homework", None, "True"),
    ("problem", "other", "/w2/s3/3", "Quiz", None, "True"),
    ("sequential", "s4", "/w2/s4", "Unknown", None, "true"),
    ("problem", "unknown", "/w2/s4/1", "Unknown", 3.0, "true"),
)
FIELDS = {"many": 11, "one": 1, "zero": 2, "practice": 1, "rare": 1, "other": 3, "unknown": 1}
FIELDS["gone"] = 2  # answered once, not in the content any more
GRADERS = (("Homework", 0.4, "HW"), ("Quiz", 0.6, None))
TYPES = {
    "many": "mixed",
    "one": "formularesponse",
    "other": "coderesponse",
    "zero": "optionresponse",
}


@dataclass
class State:
    """A row of courseware_studentmodule; `items` are (answer id, correctness)."""

    course: str
    user: int
    category: str
    name: str
    key: str
    row_id: int
    line: int
    created: datetime
    grade: float | None = None
    max_grade: float | None = None
    attempts: int | None = None
    items: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Package:
    """All that the models read of a package."""

    users: list[tuple[str, int, str | None]]
    states: list[State]

    @property
    def latest(self) -> list[State]:
        """Of lines for the same course, user and block the last one."""
        last = {(s.course, s.user, s.key): s for s in sorted(self.states, key=lambda s: s.line)}
        return list(last.values())


def draw_package(seed: int) -> Package:
    """The same seed, the same package."""
    chance = random.Random(seed)
    users = [
        (course, user, None if user == 13 else f"user{user}")
        for course, _ in COURSES
        for user in range(1, LEARNERS + 1)
    ]
    return Package(users, list(_states(chance)))


def _states(chance: random.Random) -> Iterator[State]:
    blocks = [("chapter", "w1"), ("chapter", "w2"), *(("problem", name) for name in FIELDS)]
    places = product(COURSES, range(1, LEARNERS + 1), blocks)
    line = 1
    for (course, key), user, (category, name) in places:
        if chance.random() < (0.65 if name == "rare" else 0.2):
            continue
        for _ in range(2 if chance.random() < 0.1 else 1):
            line += 1
            yield _state(chance, (course, user, category, name, key), line)


def _state(chance: random.Random, what: tuple[str, int, str, str, str], line: int) -> State:
    course, user, category, name, key = what
    state = State(
        *(course, user, category, name, key.format(category=category, name=name)),
        row_id=1000 + line,
        line=line,
        created=START + timedelta(hours=chance.randrange(200)),
    )
    if category == "problem" and chance.random() < 0.9:
        state.attempts = chance.choice([None, 1, 1, 2, 3])
        state.grade = chance.choice([None, 0.0, 0.1, 0.7, 1.0, 2.0])
        state.max_grade = chance.choice([None, 1.0, 1.0, 2.0])
        state.items = [
            (f"{name}_{number}_1", chance.choice(["correct", "correct", "incorrect", "incomplete"]))
            for number in range(2, FIELDS[name] + 2)
        ]
    return state


def module_id(course: str, category: str, name: str) -> str:
    """As published datasets name a block: without the run."""
    number = {"course-v1:A+B.1x+2024": "B.1x", "A/C/2013": "C"}[course]
    return f"A/{number}/{category}/{name}"


def show_package(connection: Any, package: Package, folder: Path) -> None:
    """Write the package as the lake keeps it, and show it to the models."""
    for name, found in (_state_rows(package) | _other_rows(package)).items():
        columns = DATASETS[name].lake_columns
        table = pa.table(
            {
                column: pa.array([row.get(column) for row in found], ARROW[kind])
                for column, kind in columns.items()
            }
        )
        file = folder / name / "dump_date=2024-03-20" / "a.parquet"
        file.parent.mkdir(parents=True)
        pq.write_table(table, file)
        connection.execute(dump_view(f"lake.{name}", [(file, 2)], columns))


def _state_rows(package: Package) -> dict[str, list[dict[str, Any]]]:
    modules, items = [], []
    for state in package.states:
        row = {
            "id": state.row_id,
            "student_id": state.user,
            "module_id": state.key,
            "course_id": state.course,
            "attempts": state.attempts,
            "scope_id": state.course,
            "source_file": "a",
            "source_line": state.line,
        }
        grades = {"grade_value": state.grade, "max_grade_value": state.max_grade}
        modules.append(row | grades | {"module_type": state.category, "created": state.created})
        items += [
            row | {"answer_id": answer, "correctness": correctness, "is_done": True}
            for answer, correctness in state.items
        ]
    return {"courseware_studentmodule": modules, "courseware_studentmodule_items": items}


def _other_rows(package: Package) -> dict[str, list[dict[str, Any]]]:
    return {
        "auth_user": [
            {"id": user, "username": name, "scope_id": course}
            for course, user, name in package.users
        ],
        "student_courseenrollment": [
            {"user_id": user, "course_id": course, "is_active": 1, "mode": _mode(user)}
            | {"created": START, "scope_id": course}
            for course, user, _ in package.users
        ],
        "certificates_generatedcertificate": [
            {"user_id": user, "course_id": course, "status": "downloadable", "grade": 1.0}
            | {"scope_id": course}
            for course, user, _ in package.users
            if user % 3 == 0
        ],
        "django_comment_client_role_users": [
            {"user_id": 5, "course_id": course, "name": "Moderator", "scope_id": course}
            for course, _ in COURSES
        ],
        "course_elements": [row for course, _ in COURSES for row in _elements(course)],
        "course_graders": [
            {"course_id": course, "position": position, "assignment_type": kind}
            | {"weight": weight, "short_label": label, "scope_id": course}
            for course, _ in COURSES
            for position, (kind, weight, label) in enumerate(GRADERS, start=1)
        ],
    }


def _elements(course: str) -> Iterator[dict[str, Any]]:
    for index, (category, name, path, kind, weight, graded) in enumerate(CONTENT, start=1):
        chapter = (path or "").split("/")[1:2]
        yield {
            "course_id": course,
            "index": index,
            "category": category,
            "url_name": name,
            "name": f"{name} at {index}",
            "gformat": kind,
            "module_id": module_id(course, category, name),
            "path": path,
            "weight": weight,
            "itype": TYPES.get(name) if category == "problem" else None,
            "chapter_mid": module_id(course, "chapter", chapter[0]) if chapter else None,
            "graded": graded,
            "due": datetime.combine(date(2024, 4, index), datetime.min.time()),
            "scope_id": course,
        }


def _mode(user: int) -> str:
    return "verified" if user % 2 else "audit"
