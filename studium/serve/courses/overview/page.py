"""One course on one page: who is in it, what they do, how far they come.

Enters: the key of a course. Leaves: the page at `/courses/{course_id}`.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.courses.all_courses.answers import CourseSummary, read_course
from studium.serve.courses.chapters.answers import Chapter, list_chapters
from studium.serve.courses.engagement.page import week_rows, weekly_chart
from studium.serve.courses.enrollment.answers import read_enrollment
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


@router.get("/courses/{course_id:course}", include_in_schema=False)
@rule(Rule.COURSE)
def overview_page(request: Request, course_id: str, reader: Reading) -> Response:
    """The course in a few numbers, each of them with its own page."""
    heading = heading_of(reader, course_id)
    course = read_course(reader, course_id)
    weeks = week_rows(reader, course_id)
    daily, paths = daily_chart(reader, course), _paths_chart(course)
    chapters = _chapter_table(list_chapters(reader, course_id), course)
    numbers = figures(
        ("Enrolled now", count(course.enrolled), f"{change(course.change_7_days)} in 7 days"),
        ("Ever enrolled", count(course.ever_enrolled), "by the logs; who left again counts"),
        (
            "Active last week",
            count(course.active_last_week),
            f"{percent(share(course.active_percent, 100))} of enrolled",
        ),
        ("Verified", count(course.verified), "enrolled in this mode now"),
        (
            "Certified",
            count(course.certified),
            f"{percent(share(course.certified, course.registered))} of registered",
        ),
    )
    page = Page(
        "courses/overview/page.html",
        "Overview",
        "courses",
        f"{people(course.enrolled)} enrolled, {people(course.active_last_week)} active last week.",
        charts=(daily, weekly_chart(weeks), paths),
        tables=(chapters,),
        content={"figures": numbers},
    )
    return show_course(request, reader, heading, "overview", page)


def daily_chart(reader: Reader, course: CourseSummary) -> Chart:
    """Who is enrolled, and who ever was, by day."""
    days = [vars(day) for day in read_enrollment(reader, course.course_id)]
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
        finding = f"{people(course.enrolled)} enrolled, {change(course.change_7_days)} in 7 days."
    return Chart(table, "lines", "date", ("count", "cumulative_count"), finding)


def _paths_chart(course: CourseSummary) -> Chart:
    stages = (
        ("Registered", "registered"),
        ("Came to a chapter", "viewed"),
        ("Explored half the chapters", "explored"),
        ("Certified", "certified"),
    )
    rows = [
        {
            "stage": label,
            "learners": getattr(course, name),
            "share": share(getattr(course, name), course.registered),
        }
        for label, name in stages
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
        tuple(f"broad_stats_by_course.{name}_sum" for _, name in stages),
    )
    certified = percent(share(course.certified, course.registered))
    finding = f"{certified} of those who registered are certified." if course.registered else ""
    return Chart(table, "rows", "stage", ("learners",), finding)


def _chapter_table(chapters: list[Chapter], course: CourseSummary) -> Table:
    return Table(
        "chapters_reached",
        "Chapters",
        (
            Column("name", "Chapter"),
            Column("learners", "Learners who came", "count"),
            Column("share", "Of those who viewed", "percent", bar=True),
        ),
        [vars(it) | {"share": share(it.learners, course.viewed)} for it in chapters],
        "The release has no content of this course.",
        ("stats_module_usage.ncount", "course_axis"),
    )
