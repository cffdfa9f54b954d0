"""Who is active: by week and by kind of activity, and how often.

Enters: the key of a course. Leaves: the page at `/courses/{course_id}/engagement`.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.courses.engagement.answers import read_activity
from studium.serve.courses.heading import heading_of, show_course
from studium.serve.drawing.charts import Chart
from studium.serve.drawing.navigation import Tab
from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, percent, share
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
TAB = Tab("Engagement", Rule.COURSE, 3)

_KINDS = (
    ("active", "Active"),
    ("played_video", "Played a video"),
    ("attempted_problem", "Tried a problem"),
    ("posted_forum", "Posted in the forum"),
)
_SOURCES = ("course_activity", "course_activity.count", "course_enrollment_daily.count")


@router.get("/courses/{course_id:course}/engagement", include_in_schema=False)
@rule(Rule.COURSE)
def engagement_page(request: Request, course_id: str, reader: Reading) -> Response:
    """Engagement by week."""
    heading = heading_of(reader, course_id)
    weeks = week_rows(reader, course_id)
    latest = weeks[-1] if weeks else {}
    numbers = figures(
        *(
            (
                f"{label} last week",
                count(latest.get(name)),
                f"{percent(share(latest.get(name), latest.get('enrolled')))} of enrolled",
            )
            for name, label in _KINDS
        )
    )
    page = Page(
        "courses/engagement/page.html",
        "Engagement",
        "courses",
        "Who was active in each week, and in what.",
        charts=(weekly_chart(weeks), _share_chart(weeks), _kinds_chart(weeks)),
        content={"figures": numbers},
    )
    return show_course(request, reader, heading, "engagement", page)


def week_rows(reader: Reader, course_id: str) -> list[dict[str, Any]]:
    """Active learners by complete week, by kind, with the share of those enrolled at its end."""
    return [
        vars(week)
        | {
            "week": week.interval_start.date(),
            "active_share": share(week.active, week.enrolled),
        }
        for week in read_activity(reader, course_id)
    ]


def weekly_chart(weeks: list[dict[str, Any]]) -> Chart:
    """Learners by week and kind of activity."""
    table = Table(
        "activity_weekly",
        "Active learners by week",
        (
            Column("week", "Week from", "date"),
            *(Column(name, label, "count") for name, label in _KINDS),
            Column("enrolled", "Enrolled at its end", "count"),
            Column("active_share", "Active of enrolled", "percent"),
        ),
        weeks,
        "There is no complete week yet.",
        _SOURCES,
    )
    finding = ""
    known = [week for week in weeks if week["active"] is not None]
    if known:
        best = max(known, key=lambda week: (week["active"], week["week"]))
        finding = (
            f"{count(weeks[-1]['active'])} learners were active last week; "
            f"{count(best['active'])} in the busiest, from {best['week']:%-d %B}."
        )
    return Chart(table, "lines", "week", tuple(name for name, _ in _KINDS), finding)


def _share_chart(weeks: list[dict[str, Any]]) -> Chart:
    table = Table(
        "active_share",
        "Share of the enrolled who were active",
        (Column("week", "Week from", "date"), Column("active_share", "Active", "percent")),
        weeks,
        "There is no complete week yet.",
        _SOURCES,
    )
    finding = ""
    if weeks:
        finding = f"{percent(weeks[-1]['active_share'])} last week, of those enrolled at its end."
    return Chart(table, "lines", "week", ("active_share",), finding)


def _kinds_chart(weeks: list[dict[str, Any]]) -> Chart:
    shares = [
        {"week": week["week"]}
        | {name: share(week[name], week["active"]) for name, _ in _KINDS if name != "active"}
        for week in weeks
    ]
    table = Table(
        "activity_kinds",
        "What active learners did",
        (
            Column("week", "Week from", "date"),
            *(Column(name, label, "percent") for name, label in _KINDS[1:]),
        ),
        shares,
        "There is no complete week yet.",
        _SOURCES,
    )
    names = tuple(name for name, _ in _KINDS[1:])
    return Chart(
        table, "lines", "week", names, "Shares of those active in the week; one learner may do all."
    )
