"""All courses: who is enrolled, who is active, who passed; one line per course.

Enters: a reader. Leaves: the page at `/`.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.courses.addresses import course_address
from studium.serve.courses.all_courses.answers import list_courses
from studium.serve.courses.engagement.answers import read_all_activity
from studium.serve.drawing.charts import spark
from studium.serve.drawing.navigation import Link
from studium.serve.drawing.rendering import Page, figures, show
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import (
    at_least,
    change,
    count,
    people,
    share,
    total,
)
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
LINK = Link("courses", "Courses", "/", Rule.ACCOUNT, 1)

_COLUMNS = (
    Column("title", "Course", link="address", under="key"),
    Column("enrolled", "Enrolled now", "count"),
    Column("change_7_days", "In 7 days", "change"),
    Column("verified", "Verified", "count"),
    Column("active_last_week", "Active last week", "count"),
    Column("active_share", "Of enrolled", "percent", bar=True),
    Column("certified", "Certified", "count"),
    Column("ever_enrolled", "Ever enrolled", "count"),
    Column("first_date", "Since", "date"),
    Column("weeks", "Active by week", "spark"),
)
_SOURCES = (
    "course_enrollment_daily.count",
    "course_enrollment_daily.cumulative_count",
    "course_enrollment_mode_daily",
    "course_activity",
    "broad_stats_by_course.certified_sum",
)


@router.get("/", include_in_schema=False)
@rule(Rule.ACCOUNT)
def courses_page(request: Request, reader: Reading) -> Response:
    """All courses that the viewer may see."""
    rows = course_rows(reader)
    table = Table(
        "courses",
        "All courses",
        _COLUMNS,
        rows,
        "No course that you may see has learners yet.",
        _SOURCES,
    )
    taken = [row for row in rows if row["first_date"] is not None]  # no row of a course is nobody
    enrolled = [row["enrolled"] for row in taken]
    changes = [row["change_7_days"] for row in taken]
    numbers = figures(
        ("Courses", count(len(rows))),
        ("Enrolled now", at_least(enrolled), "over all courses"),
        ("Change in 7 days", change(total(changes) if changes else None)),
        (
            "Active last week",
            at_least(row["active_last_week"] for row in rows),
            "a learner counts in each course",
        ),
        ("Certified", at_least(row["certified"] for row in rows)),
    )
    summary = f"{people(len(rows), 'course')}, {at_least(enrolled, 'learner')} enrolled now."
    return show(
        request,
        reader,
        Page(
            "courses/all_courses/page.html",
            "All courses",
            "courses",
            summary,
            tables=(table,),
            content={"figures": numbers},
        ),
    )


def course_rows(reader: Reader) -> list[dict[str, Any]]:
    """One row per course with its numbers, the largest first."""
    weeks = read_all_activity(reader)
    rows = [
        vars(course)
        | {
            "title": course.title or course.course_id,
            "key": course.course_id if course.title else None,
            "address": course_address(course.course_id),
            "active_share": share(course.active_percent, 100),
            "weeks": spark([week.active for week in weeks.get(course.course_id, [])]),
        }
        for course in list_courses(reader)
    ]
    return sorted(rows, key=lambda row: (-(row["enrolled"] or 0), row["course_id"]))
