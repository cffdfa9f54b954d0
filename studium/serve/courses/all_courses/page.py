"""All courses: who is enrolled, who is active, who passed; one line per course.

Enters: a reader. Leaves: the page at `/`.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.asking import ask
from studium.serve.courses.addresses import course_address
from studium.serve.courses.all_courses.answers import VERIFIED
from studium.serve.courses.titles import titles_of
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

_ENROLLED = """
    with latest as (
        select course_id, max(date) as last_day, min(date) as first_day
        from course_enrollment_daily group by course_id
    )
    select
        latest.course_id,
        latest.first_day,
        today.count as enrolled,
        today.cumulative_count as ever_enrolled,
        case  -- NULL is hidden, no row is nobody
            when before.course_id is null then today.count
            else today.count - before.count
        end as enrolled_change
    from latest
    inner join course_enrollment_daily as today
        on latest.course_id = today.course_id and latest.last_day = today.date
    left join course_enrollment_daily as before
        on latest.course_id = before.course_id and before.date = latest.last_day - 7
"""
_CERTIFIED = "select course_id, certified_sum as certified from broad_stats_by_course"
_WEEKS = """
    select course_id, interval_start, count
    from course_activity where label = 'ACTIVE' order by course_id, interval_start
"""
_COLUMNS = (
    Column("title", "Course", link="address", under="key"),
    Column("enrolled", "Enrolled now", "count"),
    Column("enrolled_change", "In 7 days", "change"),
    Column("verified", "Verified", "count"),
    Column("active", "Active last week", "count"),
    Column("active_share", "Of enrolled", "percent", bar=True),
    Column("certified", "Certified", "count"),
    Column("ever_enrolled", "Ever enrolled", "count"),
    Column("first_day", "Since", "date"),
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
    taken = [row for row in rows if row["first_day"] is not None]  # no row of a course is nobody
    enrolled = [row["enrolled"] for row in taken]
    changes = [row["enrolled_change"] for row in taken]
    numbers = figures(
        ("Courses", count(len(rows))),
        ("Enrolled now", at_least(enrolled), "over all courses"),
        ("Change in 7 days", change(total(changes) if changes else None)),
        (
            "Active last week",
            at_least(row["active"] for row in rows),
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
    enrolled = _by_course(ask(reader, "course_enrollment_daily", _ENROLLED))
    verified = _by_course(
        ask(reader, "course_enrollment_mode_daily", VERIFIED, {"course_id": None})
    )
    certified = _by_course(ask(reader, "broad_stats_by_course", _CERTIFIED))
    weeks: dict[str, list[int]] = {}
    for week in ask(reader, "course_activity", _WEEKS):
        weeks.setdefault(week["course_id"], []).append(week["count"])
    rows = []
    for course_id, title in titles_of(reader).items():
        active = weeks.get(course_id, [])
        row = dict.fromkeys(("first_day", "enrolled", "ever_enrolled", "enrolled_change"))
        row |= enrolled.get(course_id, {})
        latest = active[-1] if active else None
        rows.append(
            row
            | {
                "course_id": course_id,
                "title": title,
                "key": course_id if title != course_id else None,
                "address": course_address(course_id),
                "verified": verified.get(course_id, {}).get("verified"),
                "certified": certified.get(course_id, {}).get("certified"),
                "active": latest,
                "active_share": share(latest, row["enrolled"]),
                "weeks": spark(active),
            }
        )
    return sorted(rows, key=lambda row: (-(row["enrolled"] or 0), row["course_id"]))


def _by_course(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["course_id"]: row for row in rows}
