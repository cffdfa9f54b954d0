"""Where learners stop: every tutorial of a course as a line, with the page before which most are lost.

Enters: the key of a course, maybe a month and a search. Leaves: the page at `/courses/{course_id}/tutorials`.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from studium.serve.content.tutorial.answers import read_bars, read_tutorials
from studium.serve.content.tutorial.months import month_choices, month_name, read_month
from studium.serve.content.tutorials.answers import (
    TutorialSummary,
    chosen_month,
    months_of,
    summaries,
)
from studium.serve.content.tutorials.spots import WeakSpot, read_compared
from studium.serve.courses.heading import Heading, heading_of, show_course
from studium.serve.drawing.charts import Chart, spark
from studium.serve.drawing.navigation import Tab
from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, people, percent, share
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
TAB = Tab("Subsections", Rule.LEARNERS, 7, area="courses")

SOURCES = ("tutorial_funnels.users", "tutorial_funnels.month", "tutorial_funnels.complete")
_EMPTY = (
    "Nobody opened the first page of a subsection, or the release has no structure of this course:"
    " land its package."
)


@router.get("/courses/{course_id:course}/tutorials", include_in_schema=False)
@rule(Rule.LEARNERS)
def tutorials_page(
    request: Request,
    course_id: str,
    reader: Reading,
    month: Annotated[str, Query(max_length=10)] = "",
    search: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """All tutorials in the order of the course."""
    heading = heading_of(reader, course_id)
    tutorials = read_tutorials(reader, course_id)
    bars = read_bars(reader, course_id, tutorials)
    months = months_of(bars)
    chosen = chosen_month(months, read_month(month))
    compared = read_compared(reader, course_id, (tutorials, bars), chosen)
    weak = {it.node_id: it for it in compared if it.is_weak}
    rows = [_row(it, heading, weak.get(it.node_id)) for it in summaries(tutorials, bars, chosen)]
    wanted = search.casefold().strip()
    shown = [row for row in rows if wanted in f"{row['title']} {row['topic'] or ''}".casefold()]
    told = [row for row in rows if None not in {row["entered"], row["finished"]}]
    entered, finished = (sum(row[name] for row in told) for name in ("entered", "finished"))
    name = month_name(chosen, months)
    numbers = figures(
        ("Subsections begun", count(len(rows)), name),
        ("Began", count(entered), "people, summed over subsections"),
        ("Came to the last page", percent(share(finished, entered)), "of those who began"),
    )
    page = Page(
        "content/tutorials/page.html",
        "Subsections",
        "courses",
        f"{people(len(rows), 'subsection')}; {percent(share(finished, entered))} come to the last page.",
        charts=(_chart(shown),),
        tables=(_weak_spots(list(weak.values()), heading, name), _table(shown)),
        content={
            "figures": numbers,
            "months": month_choices(months),
            "month": chosen.isoformat() if chosen else "",
            "search": search,
            "address": heading.to("tutorials"),
        },
    )
    return show_course(request, reader, heading, "tutorials", page)


def _row(summary: TutorialSummary, heading: Heading, weak: WeakSpot | None) -> dict[str, Any]:
    finished = share(summary.finished, summary.entered)
    lost = share(summary.lost, summary.lost_of)
    change = None
    if finished is not None and summary.share_before is not None:
        change = f"{100 * (finished - summary.share_before):+.1f} points".replace("-", "−")
    left = None
    if summary.entered is not None and summary.finished is not None:
        left = summary.entered - summary.finished
    return vars(summary) | {
        "share": finished,
        "change": change,
        "left": left,
        "line": spark(summary.shares),
        "lost_share": lost,
        "where": f"{summary.lost_step}: {summary.lost_title}" if summary.lost else None,
        "weak": f"page {weak.step}" if weak else None,
        "address": heading.to("tutorials", summary.node_id),
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    return Table(
        "tutorials",
        "All subsections",
        (
            Column("title", "Subsection", link="address", under="topic"),
            Column("pages", "Pages", "count"),
            Column("entered", "Began", "count"),
            Column("finished", "Came to the last page", "count"),
            Column("share", "Of those who began", "percent", bar=True, of="entered"),
            Column("change", "Since the month before"),
            Column("line", "By month", "spark"),
            Column("where", "Most stop before page"),
            Column("lost_share", "Of those on the page before", "percent", of="lost_of"),
            Column("weak", "Weak spot"),
        ),
        rows,
        _EMPTY,
        SOURCES,
    )


def _weak_spots(spots: list[WeakSpot], heading: Heading, month: str) -> Table:
    rows = [
        vars(it)
        | {
            "address": heading.to("tutorials", it.node_id) + f"?month={it.month}",
            "interval": f"{100 * it.excess_low:.0f} to {100 * it.excess_high:.0f} points",
        }
        for it in spots
    ]
    return Table(
        "weak_spots",
        f"Weak spots: {month}",
        (
            Column("sentence", "What happens", link="address", under="title"),
            Column("excess_users", "Lost beyond pages like it", "count"),
            Column("interval", "Loses more by (90 % interval)"),
        ),
        rows,
        "No page loses clearly more than pages like it. A page is compared in a complete month, with 50 people at the"
        " page before it, and where the month has 30 such pages.",
        ("weak_spots.excess_users", "weak_spots.expected_share", "weak_spots.is_weak"),
    )


def _chart(rows: list[dict[str, Any]]) -> Chart:
    table = Table(
        "tutorials_finished",
        "Who comes to the last page",
        (
            Column("title", "Subsection", link="address"),
            Column("finished", "Came to the last page", "count"),
            Column("left", "Stopped before", "count"),
        ),
        rows,
        _EMPTY,
        SOURCES,
    )
    large = [row for row in rows if row["lost_share"] is not None and (row["lost_of"] or 0) >= 10]
    finding = "In the order of the course."
    if large:
        worst = max(large, key=lambda row: (row["lost"], row["lost_share"]))
        finding = (
            f"Most are lost in {worst['title']}: of {people(worst['lost_of'], 'viewer')} of page"
            f" {worst['lost_step'] - 1}, {percent(worst['lost_share'])} do not come to page {worst['where']}."
        )
    return Chart(table, "bars", "title", ("finished", "left"), finding, options={"stacked": True})
