"""Courses: the list that a principal sees, and one course's figures.

Enters: a reader. Leaves: `CourseSummary` rows, for the JSON routes here and for the pages.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter

from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Reading

router = APIRouter(prefix="/api/v1")


@dataclass(frozen=True)
class CourseSummary:
    """What the list says of a course; None where the release has no such table or the count is hidden."""

    course_id: str
    enrolled: int | None
    ever_enrolled: int | None
    first_date: date | None
    last_date: date | None


_SUMMARIES = """
select
    course_id,
    max_by(count, date) as enrolled,
    max_by(cumulative_count, date) as ever_enrolled,
    min(date) as first_date,
    max(date) as last_date
from course_enrollment_daily
where $course_id is null or course_id = $course_id
group by course_id
"""


def list_courses(reader: Reading, course_id: str | None = None) -> list[CourseSummary]:
    """All courses that the reader's principal may see, or the one named, by id."""
    found: dict[str, dict[str, Any]] = {}
    if reader.has("course_enrollment_daily"):
        rows = reader.rows(_SUMMARIES, {"course_id": course_id})
        found = {row["course_id"]: row for row in rows}
    wanted = reader.courses if course_id is None else [course_id]
    nothing: dict[str, Any] = dict.fromkeys(
        ("enrolled", "ever_enrolled", "first_date", "last_date")
    )
    return [CourseSummary(**(nothing | {"course_id": key} | found.get(key, {}))) for key in wanted]


def read_course(reader: Reading, course_id: str) -> CourseSummary:
    """One course; raises HiddenError for one that is not there or not for the principal."""
    if not reader.has_course(course_id):
        raise HiddenError
    return list_courses(reader, course_id)[0]


@router.get("/courses")
@rule(Rule.ACCOUNT)
def courses(reader: Reading) -> dict[str, Any]:
    """The courses that you may see."""
    items = list_courses(reader)
    return {
        "items": items,
        "next": None,
        "total": len(items),
        "release": reader.release_id,
        "as_of": reader.as_of,
    }


@router.get("/courses/{course_id:course}")
@rule(Rule.COURSE)
def course(course_id: str, reader: Reading) -> CourseSummary:
    """One course."""
    return read_course(reader, course_id)
