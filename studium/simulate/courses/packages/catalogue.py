"""The catalogue of the invented university, as answers of a Course Discovery API that somebody saved.

Enters: a plan, the day of the dump. Leaves: `catalogue-YYYY-MM-DD/` with courses, course_runs and programs, one answer
each. Every course has one to three subjects, so that reports by subject have something to tell.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson

from studium.simulate.courses.campus import Course, block_id, build_university
from studium.simulate.courses.packages.content import parts_of
from studium.simulate.courses.packages.memberships import has_package
from studium.simulate.courses.plan import Plan

Entry = dict[str, Any]

# Subjects of each of the campus's courses, in their order.
SUBJECTS = (
    ("Data Analysis & Statistics", "Math"),
    ("Biology & Life Sciences",),
    ("Physics", "Math", "Engineering"),
    ("Computer Science", "Engineering"),
    ("History", "Humanities"),
    ("Economics & Finance", "Data Analysis & Statistics"),
    ("Chemistry", "Physics"),
)
INSTRUCTORS = (
    (("Ines", "Valdrome", "Professor"), ("Tomas", "Orrell", "Lecturer")),
    (("Adaeze", "Lindqvar", "Associate Professor"),),
    (("Henrik", "Sorabay", "Professor"), ("Mei", "Castellane", "Senior Instructor")),
)
PROGRAMS = ("Foundations", "Further Studies")
LEVELS = ("Introductory", "Intermediate", "Advanced")
COURSES_IN_PROGRAM = 4


def write_catalogue(plan: Plan, folder: Path, day: str) -> int:
    """Write the three files; how many courses they list: those with a package."""
    listed = [
        (number, course)
        for number, course in enumerate(build_university(plan))
        if has_package(plan, number)
    ]
    runs = {number: _run(plan, number, course) for number, course in listed}
    target = folder / f"catalogue-{day}"
    target.mkdir(parents=True)
    courses = [_course(plan, number, course, runs[number]) for number, course in listed]
    programs = _programs(plan, listed)
    for name, entries in (
        ("courses", courses),
        ("course_runs", list(runs.values())),
        ("programs", programs),
    ):
        answer = {"count": len(entries), "next": None, "previous": None, "results": entries}
        (target / f"{name}.json").write_bytes(orjson.dumps(answer))
    return len(listed)


def _course_key(course: Course) -> str:
    return "+".join(parts_of(course)[:2])


def _course(plan: Plan, number: int, course: Course, run: Entry) -> Entry:
    return {
        "key": _course_key(course),
        "uuid": block_id(plan.seed, number, "catalogue"),
        "title": course.title,
        "short_description": f"{course.title}, from first ideas to a project of one's own.",
        "level_type": run["level_type"],
        "owners": [{"key": course.organisation}],
        "subjects": [
            {"name": name, "slug": _slug(name)} for name in SUBJECTS[number % len(SUBJECTS)]
        ],
        "course_runs": [run],
    }


def _run(plan: Plan, number: int, course: Course) -> Entry:
    weeks = 4 + number % 3 * 4
    opens = plan.start - timedelta(days=7 * (number % 2))
    return {
        "key": course.key,
        "course": _course_key(course),
        "uuid": block_id(plan.seed, number, "run"),
        "title": course.title,
        "start": _midnight(opens),
        "end": _midnight(opens + timedelta(weeks=weeks)),
        "enrollment_start": _midnight(opens - timedelta(days=60)),
        "enrollment_end": None,
        "announcement": _midnight(opens - timedelta(days=90)),
        "content_language": "en-us",
        "pacing_type": "self_paced" if number % 3 == 2 else "instructor_paced",
        "level_type": LEVELS[number % len(LEVELS)],
        "availability": "Current",
        "min_effort": 2 + number % 3,
        "max_effort": 4 + number % 4,
        "weeks_to_complete": weeks,
        "partner_short_code": course.organisation.lower()[:8],
        "marketing_url": f"https://www.meridian.example/course/{_slug(course.title)}-{number}",
        "reporting_type": "mooc",
        "seats": _seats(plan, number),
        "programs": [_membership(plan, number)],
        "staff": [
            {
                "uuid": block_id(plan.seed, "person", *name),
                "given_name": name[0],
                "family_name": name[1],
                "position": {"title": name[2], "organization_name": course.organisation},
            }
            for name in INSTRUCTORS[number % len(INSTRUCTORS)]
        ],
    }


def _seats(plan: Plan, number: int) -> list[Entry]:
    deadline = _midnight(plan.start + timedelta(days=plan.days))
    free = {"type": "audit", "price": "0.00", "currency": "USD", "upgrade_deadline": None}
    price = f"{49 + number % 4 * 25}.00"
    return [
        free,
        {"type": "verified", "price": price, "currency": "USD", "upgrade_deadline": deadline},
    ]


def _membership(plan: Plan, number: int) -> Entry:
    program = number // COURSES_IN_PROGRAM
    return {
        "uuid": block_id(plan.seed, "program", program),
        "title": f"{PROGRAMS[program % len(PROGRAMS)]} {program // len(PROGRAMS) + 1}",
        "type": "XSeries",
    }


def _programs(plan: Plan, listed: list[tuple[int, Course]]) -> list[Entry]:
    programs: dict[str, Entry] = {}
    for number, course in listed:
        membership = _membership(plan, number)
        program = programs.setdefault(
            membership["uuid"], membership | {"status": "active", "courses": []}
        )
        program["courses"].append({"key": _course_key(course)})
    return list(programs.values())


def _slug(name: str) -> str:
    return "-".join("".join(sign if sign.isalnum() else " " for sign in name.lower()).split())


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
