"""All courses: who is enrolled, who is active, who passed; one line per course.

Enters: a reader. Leaves: the page at `/`.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.pages.charts import spark
from studium.serve.pages.rendering import Page, figures, show
from studium.serve.pages.tables import Column, Table
from studium.serve.pages.wording import change, count, course_address, people, share
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()

_COURSES = """
    with latest as (
        select course_id, max(date) as last_day, min(date) as first_day
        from course_enrollment_daily group by course_id
    ),
    learners as (
        select
            latest.course_id,
            latest.first_day,
            today.count as enrolled,
            today.cumulative_count as ever_enrolled,
            today.count - coalesce(before.count, 0) as enrolled_change
        from latest
        inner join course_enrollment_daily as today
            on latest.course_id = today.course_id and latest.last_day = today.date
        left join course_enrollment_daily as before
            on latest.course_id = before.course_id and before.date = latest.last_day - 7
    ),
    verified as (
        select mode.course_id, sum(mode.count) as verified
        from course_enrollment_mode_daily as mode
        inner join latest on mode.course_id = latest.course_id and mode.date = latest.last_day
        where mode.mode = 'verified'
        group by mode.course_id
    ),
    titles as (
        select course_id, min(name) as title from course_axis where category = 'course' group by course_id
    )
    select
        learners.*,
        coalesce(verified.verified, 0) as verified,
        reports.registered_sum as registered,
        reports.certified_sum as certified,
        coalesce(titles.title, learners.course_id) as title
    from learners
    left join verified on learners.course_id = verified.course_id
    left join broad_stats_by_course as reports on learners.course_id = reports.course_id
    left join titles on learners.course_id = titles.course_id
    order by learners.enrolled desc, learners.course_id
"""
_WEEKS = """
    select course_id, interval_start, count
    from course_activity where label = 'ACTIVE' order by course_id, interval_start
"""
_COLUMNS = (
    Column("title", "Course", link="address", under="key"),
    Column("first_day", "Since", "date"),
    Column("ever_enrolled", "Ever enrolled", "count"),
    Column("enrolled", "Enrolled now", "count"),
    Column("enrolled_change", "In 7 days", "change"),
    Column("verified", "Verified", "count"),
    Column("active", "Active last week", "count"),
    Column("active_share", "Of enrolled", "percent", bar=True),
    Column("certified", "Certified", "count"),
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
    numbers = figures(
        ("Courses", count(len(rows))),
        ("Enrolled now", count(_total(rows, "enrolled")), "over all courses"),
        ("Change in 7 days", change(_total(rows, "enrolled_change"))),
        ("Active last week", count(_total(rows, "active")), "a learner counts in each course"),
        ("Certified", count(_total(rows, "certified"))),
    )
    summary = f"{people(len(rows), 'course')}, {people(_total(rows, 'enrolled'))} enrolled now."
    return show(
        request,
        reader,
        Page(
            "course/courses.html",
            "All courses",
            "courses",
            summary,
            tables=(table,),
            content={"figures": numbers},
        ),
    )


def course_rows(reader: Reader) -> list[dict[str, Any]]:
    """One row per course with its numbers, the largest first."""
    weeks: dict[str, list[int]] = {}
    for week in reader.rows(_WEEKS):
        weeks.setdefault(week["course_id"], []).append(week["count"])
    rows = []
    for course in reader.rows(_COURSES):
        active = weeks.get(course["course_id"], [])
        latest = active[-1] if active else None
        rows.append(
            course
            | {
                "address": course_address(course["course_id"]),
                "key": course["course_id"] if course["title"] != course["course_id"] else None,
                "active": latest,
                "active_share": share(latest, course["enrolled"]),
                "weeks": spark(active),
            }
        )
    return rows


def _total(rows: list[dict[str, Any]], name: str) -> int:
    return sum(row[name] or 0 for row in rows)
