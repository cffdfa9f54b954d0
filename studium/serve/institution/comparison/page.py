"""Courses beside each other: their size, their weeks, what becomes of their learners.

Enters: the courses chosen in the address, else the largest. Leaves: the page at `/compare`.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from studium.serve.asking import ask
from studium.serve.courses.addresses import course_address
from studium.serve.courses.titles import titles_of
from studium.serve.drawing.charts import Chart
from studium.serve.drawing.navigation import Link
from studium.serve.drawing.rendering import Page, show
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import people, share
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
LINK = Link("compare", "Compare", "/compare", Rule.ACCOUNT, 2)

_MOST = 6  # as many as there are colours that everybody tells apart
_LARGEST = """
    select course_id, max(cumulative_count) as ever_enrolled
    from course_enrollment_daily group by course_id order by ever_enrolled desc nulls last, course_id
"""
_WEEKS = """
    with starts as (
        select course_id, min(date) as first_day from course_enrollment_daily group by course_id
    )
    select
        enrollment.course_id,
        cast(floor((enrollment.date - starts.first_day) / 7) as integer) as week,
        arg_max_null(enrollment.cumulative_count, enrollment.date) as ever_enrolled,
        arg_max_null(enrollment.count, enrollment.date) as enrolled
    from course_enrollment_daily as enrollment
    inner join starts on enrollment.course_id = starts.course_id
    where list_contains($chosen, enrollment.course_id)
    group by enrollment.course_id, week
    order by enrollment.course_id, week
"""
_ACTIVE = """
    with starts as (
        select course_id, min(interval_start) as first_week from course_activity group by course_id
    )
    select
        activity.course_id,
        cast(floor(date_diff('day', starts.first_week, activity.interval_start) / 7) as integer) as week,
        activity.count as active
    from course_activity as activity
    inner join starts on activity.course_id = starts.course_id
    where activity.label = 'ACTIVE' and list_contains($chosen, activity.course_id)
    order by activity.course_id, week
"""
_OUTCOMES = """
    select
        course_id, registered_sum, viewed_sum, explored_sum, certified_sum, n_verified_id, verified_certified,
        nforum_posts_sum, ndays_act_sum
    from broad_stats_by_course where list_contains($chosen, course_id)
"""
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


@dataclass(frozen=True)
class Lines:
    """One line per course: rows with course_id, week and the field to draw."""

    name: str
    title: str
    rows: list[dict[str, Any]]
    field: str
    kind: str = "count"


@router.get("/compare", include_in_schema=False)
@rule(Rule.ACCOUNT)
def comparison_page(
    request: Request, reader: Reading, course: Annotated[list[str] | None, Query()] = None
) -> Response:
    """Up to six courses; what the address names and the viewer may not see is left out."""
    titles = titles_of(reader)
    named = [course_id for course_id in dict.fromkeys(course or []) if course_id in titles]
    chosen = (named or _largest(reader, titles))[:_MOST]
    table = Table(
        "outcomes",
        "What becomes of learners",
        _COLUMNS,
        outcome_rows(reader, chosen, titles),
        "None of these courses has tables of the platform in the release.",
        _SOURCES,
    )
    choices = [(key, title, key in chosen) for key, title in sorted(titles.items(), key=_by_title)]
    page = Page(
        "institution/comparison/page.html",
        "Compare courses",
        "compare",
        f"{people(len(chosen), 'course')} beside each other.",
        charts=_charts(reader, chosen, titles),
        tables=(table,),
        content={"choices": choices, "most": _MOST},
    )
    return show(request, reader, page)


def outcome_rows(reader: Reader, chosen: list[str], titles: dict[str, str]) -> list[dict[str, Any]]:
    """What becomes of the learners of each course, as shares."""
    if not reader.has("broad_stats_by_course"):
        return []
    found = {row["course_id"]: row for row in reader.rows(_OUTCOMES, {"chosen": chosen})}
    return [_shares(found[key], titles[key]) for key in chosen if key in found]


def _shares(row: dict[str, Any], title: str) -> dict[str, Any]:
    registered, verified = row["registered_sum"], row["n_verified_id"]
    return {
        "key": row["course_id"] if row["course_id"] != title else None,
        "title": title,
        "address": course_address(row["course_id"]),
        "registered": registered,
        "viewed": share(row["viewed_sum"], registered),
        "explored": share(row["explored_sum"], registered),
        "certified": share(row["certified_sum"], registered),
        "certified_of_viewed": share(row["certified_sum"], row["viewed_sum"]),
        "verified": share(verified, registered),
        "certified_of_verified": share(row["verified_certified"], verified),
        "days_each": share(row["ndays_act_sum"], registered),
        "posts_each": share(row["nforum_posts_sum"], registered),
    }


def _charts(reader: Reader, chosen: list[str], titles: dict[str, str]) -> tuple[Chart, ...]:
    asked = {"chosen": chosen}
    shown = {course_id: titles[course_id] for course_id in chosen}
    enrolled = ask(reader, "course_enrollment_daily", _WEEKS, asked)
    active = ask(reader, "course_activity", _ACTIVE, asked)
    sizes = {(row["course_id"], row["week"]): row["enrolled"] for row in enrolled}
    shares = [
        row | {"share": share(row["active"], sizes.get((row["course_id"], row["week"])))}
        for row in active
    ]
    return (
        _chart(Lines("compare_enrollment", "Ever enrolled", enrolled, "ever_enrolled"), shown),
        _chart(Lines("compare_activity", "Active learners", active, "active"), shown),
        _chart(Lines("compare_share", "Active of enrolled", shares, "share", "percent"), shown),
    )


def _chart(lines: Lines, titles: dict[str, str]) -> Chart:
    courses = list(titles)  # each has the same colour in every chart
    weeks: dict[int, dict[str, Any]] = {}
    for row in lines.rows:
        week = weeks.setdefault(row["week"], {"week": row["week"] + 1})
        week[f"course_{courses.index(row['course_id']) + 1}"] = row[lines.field]
    columns = [
        Column(f"course_{number}", titles[course_id], lines.kind)
        for number, course_id in enumerate(courses, start=1)
    ]
    table = Table(
        lines.name,
        lines.title,
        (Column("week", "Week"), *columns),
        [dict.fromkeys(column.name for column in columns) | weeks[week] for week in sorted(weeks)],
        "There is no complete week yet.",
        ("course_enrollment_daily", "course_activity"),
    )
    finding = "Weeks are counted from the first one of each course."
    return Chart(table, "lines", "week", tuple(column.name for column in columns), finding)


def _largest(reader: Reader, titles: dict[str, str]) -> list[str]:
    rows = ask(reader, "course_enrollment_daily", _LARGEST)
    largest = [row["course_id"] for row in rows if row["course_id"] in titles]
    return largest or list(titles)


def _by_title(entry: tuple[str, str]) -> tuple[str, str]:
    return entry[1].casefold(), entry[0]
