"""One course on one page: who is in it, what they do, how far they come.

Enters: the key of a course. Leaves: the page at `/courses/{course_id}`.
"""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.asking import ask, ask_one
from studium.serve.courses.all_courses.answers import VERIFIED
from studium.serve.courses.engagement.page import week_rows, weekly_chart
from studium.serve.courses.heading import heading_of, show_course
from studium.serve.drawing.charts import Chart
from studium.serve.drawing.navigation import Tab
from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import change, count, people, percent, share
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
TAB = Tab("Overview", Rule.COURSE, 1, tail="")

_DAYS = """
    select date, count, cumulative_count
    from course_enrollment_daily where course_id = $course_id order by date
"""
_OUTCOMES = """
    select registered_sum, viewed_sum, explored_sum, certified_sum
    from broad_stats_by_course where course_id = $course_id
"""
_CHAPTERS = """
    select axis.name, case when usage.module_id is null then 0 else usage.ncount end as learners
    from course_axis as axis
    left join stats_module_usage as usage
        on axis.course_id = usage.course_id
        and usage.module_type = 'chapter'
        and usage.module_id = axis.module_id
    where axis.course_id = $course_id and axis.category = 'chapter'
    order by axis.index
"""


@router.get("/courses/{course_id:course}", include_in_schema=False)
@rule(Rule.COURSE)
def overview_page(request: Request, course_id: str, reader: Reading) -> Response:
    """The course in a few numbers, each of them with its own page."""
    heading = heading_of(reader, course_id)
    days = day_rows(reader, course_id)
    weeks = week_rows(reader, course_id)
    outcomes = ask_one(reader, "broad_stats_by_course", _OUTCOMES, {"course_id": course_id})
    verified = ask_one(reader, "course_enrollment_mode_daily", VERIFIED, {"course_id": course_id})
    daily, paths = daily_chart(days), _paths_chart(outcomes)
    chapters = _chapter_table(
        ask(reader, "course_axis stats_module_usage", _CHAPTERS, {"course_id": course_id}), outcomes
    )
    latest = days[-1] if days else {}
    last_week = weeks[-1] if weeks else {}
    registered = outcomes.get("registered_sum")
    numbers = figures(
        ("Enrolled now", count(latest.get("count")), f"{change(_in_a_week(days))} in 7 days"),
        ("Ever enrolled", count(latest.get("cumulative_count"))),
        (
            "Active last week",
            count(last_week.get("active")),
            f"{percent(last_week.get('active_share'))} of enrolled",
        ),
        ("Verified", count(verified.get("verified")), "enrolled in this mode now"),
        (
            "Certified",
            count(outcomes.get("certified_sum")),
            f"{percent(share(outcomes.get('certified_sum'), registered))} of registered",
        ),
    )
    page = Page(
        "courses/overview/page.html",
        "Overview",
        "courses",
        f"{people(latest.get('count'))} enrolled, {people(last_week.get('active'))} active last week.",
        charts=(daily, weekly_chart(weeks), paths),
        tables=(chapters,),
        content={"figures": numbers},
    )
    return show_course(request, reader, heading, "overview", page)


def day_rows(reader: Reader, course_id: str) -> list[dict[str, Any]]:
    """Enrollment by day, the first day first."""
    return ask(reader, "course_enrollment_daily", _DAYS, {"course_id": course_id})


def daily_chart(days: list[dict[str, Any]]) -> Chart:
    """Who is enrolled, and who ever was, by day."""
    table = Table(
        "enrollment_daily",
        "Enrollment over time",
        (
            Column("date", "Date", "date"),
            Column("count", "Enrolled", "count"),
            Column("cumulative_count", "Ever enrolled", "count"),
        ),
        days,
        "Nobody has enrolled yet.",
        ("course_enrollment_daily.count", "course_enrollment_daily.cumulative_count"),
    )
    finding = ""
    if days:
        now = people(days[-1]["count"])
        finding = f"{now} enrolled, {change(_in_a_week(days))} in 7 days."
    return Chart(table, "lines", "date", ("count", "cumulative_count"), finding)


def _in_a_week(days: list[dict[str, Any]]) -> int | None:
    if not days:
        return None
    latest = days[-1]
    before = {day["date"]: day["count"] for day in days}
    earlier = before.get(latest["date"] - timedelta(days=7), 0)
    return None if None in {latest["count"], earlier} else int(latest["count"]) - earlier


def _paths_chart(outcomes: dict[str, Any]) -> Chart:
    names = (
        ("Registered", "registered_sum"),
        ("Came to a chapter", "viewed_sum"),
        ("Explored half the chapters", "explored_sum"),
        ("Certified", "certified_sum"),
    )
    registered = outcomes.get("registered_sum")
    rows = [
        {
            "stage": label,
            "learners": outcomes.get(name),
            "share": share(outcomes.get(name), registered),
        }
        for label, name in names
    ]
    table = Table(
        "paths",
        "How far learners come",
        (
            Column("stage", "Stage"),
            Column("learners", "Learners", "count"),
            Column("share", "Of registered", "percent", bar=True),
        ),
        rows,
        "Not known: this course has no tables of the platform in the release.",
        tuple(f"broad_stats_by_course.{name}" for _, name in names),
    )
    certified = percent(share(outcomes.get("certified_sum"), registered))
    finding = f"{certified} of those who registered are certified." if registered else ""
    return Chart(table, "rows", "stage", ("learners",), finding)


def _chapter_table(rows: list[dict[str, Any]], outcomes: dict[str, Any]) -> Table:
    viewed = outcomes.get("viewed_sum")
    return Table(
        "chapters_reached",
        "Chapters",
        (
            Column("name", "Chapter"),
            Column("learners", "Learners who came", "count"),
            Column("share", "Of those who viewed", "percent", bar=True),
        ),
        [row | {"share": share(row["learners"], viewed)} for row in rows],
        "The release has no content of this course.",
        ("stats_module_usage.ncount", "course_axis"),
    )
