"""Courses beside each other: their size, their weeks, what becomes of their learners.

Enters: the courses chosen in the address, else the largest. Leaves: the page at `/compare`.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from studium.serve.courses.addresses import course_address
from studium.serve.courses.titles import names_of, titles_of
from studium.serve.drawing.charts import Chart
from studium.serve.drawing.navigation import Link
from studium.serve.drawing.rendering import Page, show
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import people, share
from studium.serve.institution.comparison.answers import (
    MOST,
    CourseOutcome,
    CourseWeek,
    choose_courses,
    read_outcomes,
    read_weeks,
)
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
LINK = Link("compare", "Compare", "/compare", Rule.ACCOUNT, 2)

_COLUMNS = (
    Column("title", "Course", link="address", under="key"),
    Column("registered", "Registered", "count"),
    Column("viewed", "Viewed", "percent"),
    Column("explored", "Explored", "percent"),
    Column("certified", "Certified", "percent", bar=True),
    Column("certified_of_viewed", "Certified of viewed", "percent"),
    Column("verified", "Registered as verified", "percent"),
    Column("certified_of_verified", "Certified of these", "percent"),
    Column("days_each", "Days active each", "decimal"),
    Column("posts_each", "Posts each", "decimal"),
)
_SOURCES = (
    "broad_stats_by_course.registered_sum",
    "broad_stats_by_course.viewed_sum",
    "broad_stats_by_course.explored_sum",
    "broad_stats_by_course.certified_sum",
    "broad_stats_by_course.n_verified_id",
)


@router.get("/compare", include_in_schema=False)
@rule(Rule.ACCOUNT)
def comparison_page(
    request: Request, reader: Reading, course: Annotated[list[str] | None, Query()] = None
) -> Response:
    """Up to six courses; what the address names and the viewer may not see is left out."""
    titles = titles_of(reader)
    chosen = choose_courses(reader, course or [])
    names = names_of(titles)
    table = Table(
        "outcomes",
        "What becomes of learners",
        _COLUMNS,
        [_shares(row, names[row.course_id]) for row in read_outcomes(reader, chosen)],
        "None of these courses has tables of the platform in the release.",
        _SOURCES,
    )
    choices = [(key, title, key in chosen) for key, title in sorted(titles.items(), key=_by_title)]
    page = Page(
        "institution/comparison/page.html",
        "Compare courses",
        "compare",
        f"{people(len(chosen), 'course')} beside each other.",
        charts=_charts(read_weeks(reader, chosen), {key: names[key] for key in chosen}),
        tables=(table,),
        content={"choices": choices, "most": MOST},
    )
    return show(request, reader, page)


def _shares(row: CourseOutcome, name: str) -> dict[str, Any]:
    registered, verified = row.registered, row.registered_verified
    return {
        "course_id": row.course_id,
        "key": row.course_id if row.course_id not in name else None,
        "title": name,
        "address": course_address(row.course_id),
        "registered": registered,
        "viewed": share(row.viewed, registered),
        "explored": share(row.explored, registered),
        "certified": share(row.certified, registered),
        "certified_of_viewed": share(row.certified, row.viewed),
        "verified": share(verified, registered),
        "certified_of_verified": share(row.certified_verified, verified),
        "days_each": share(row.days_active, registered),
        "posts_each": share(row.forum_posts, registered),
    }


def _charts(weeks: list[CourseWeek], names: dict[str, str]) -> tuple[Chart, ...]:
    shares = [(week, share(week.active, week.enrolled)) for week in weeks]
    return (
        _chart("compare_enrollment", "Ever enrolled", names, [(w, w.ever_enrolled) for w in weeks]),
        _chart("compare_activity", "Active learners", names, [(w, w.active) for w in weeks]),
        _chart("compare_share", "Active of enrolled", names, shares),
    )


def _chart(
    name: str,
    title: str,
    names: dict[str, str],
    values: Sequence[tuple[CourseWeek, float | None]],
) -> Chart:
    """A line per course, named so that no other has the name; columns are keys of courses."""
    nothing = dict.fromkeys(names)
    rows: dict[int, dict[str, Any]] = {}
    for week, value in values:
        rows.setdefault(week.week, {"week": week.week, **nothing})[week.course_id] = value
    kind = "percent" if name == "compare_share" else "count"
    table = Table(
        name,
        title,
        (Column("week", "Week"), *(Column(key, label, kind) for key, label in names.items())),
        [rows[number] for number in sorted(rows)],
        "There is no complete week yet.",
        ("course_enrollment_daily", "course_activity"),
    )
    finding = "Weeks are counted from the first one of each course."
    return Chart(table, "lines", "week", tuple(names), finding)


def _by_title(entry: tuple[str, str]) -> tuple[str, str]:
    return entry[1].casefold(), entry[0]
