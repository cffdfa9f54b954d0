"""One tutorial as a funnel: who comes to each of its pages, by class of people and month.

Enters: the keys of a course and of a tutorial, maybe a month. Leaves: the page at
`/courses/{course_id}/tutorials/{node_id}`.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from studium.serve.content.tutorial.answers import CLASSES, Bar, Tutorial, read_bars, read_tutorials
from studium.serve.content.tutorial.months import month_choices, month_name, read_month
from studium.serve.content.tutorials.answers import chosen_month, months_of
from studium.serve.content.tutorials.spots import WeakSpot, read_compared
from studium.serve.courses.heading import heading_of, show_course
from studium.serve.drawing.charts import Chart, heat_map
from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, people, percent, share
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Reading

router = APIRouter()
_SOURCES = (
    "tutorial_funnels.users",
    "tutorial_funnels.median_seconds",
    "page_views.class",
    "weak_spots.expected_share",
)
_EMPTY = "Nobody opened the first page."


@router.get("/courses/{course_id:course}/tutorials/{node_id:path}", include_in_schema=False)
@rule(Rule.LEARNERS)
def tutorial_page(
    request: Request,
    course_id: str,
    node_id: str,
    reader: Reading,
    month: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The funnel of a month, and months beside each other."""
    heading = heading_of(reader, course_id)
    tutorials = read_tutorials(reader, course_id, node_id)
    if not tutorials:
        raise HiddenError
    tutorial = tutorials[0]
    bars = read_bars(reader, course_id, tutorials).get(node_id, [])
    months = months_of({node_id: bars})
    chosen = chosen_month(months, read_month(month))
    rows = step_rows([bar for bar in bars if bar.month == chosen])
    compared = read_compared(reader, course_id, (tutorials, {node_id: bars}), chosen)
    _add_compared(rows, compared)
    first, last = (rows[0], rows[-1]) if rows else ({}, {})
    name = month_name(chosen, months)
    page = Page(
        "content/tutorial/page.html",
        tutorial.title,
        "courses",
        f"{count(first.get('users'))} began, {percent(last.get('share'))} came to the last of"
        f" {people(len(tutorial.steps), 'page')}.",
        charts=(_funnel(rows, name, _finding(rows, compared)), _months(tutorial, bars)),
        content={
            "figures": figures(
                ("Began", count(first.get("users")), name),
                ("Came to the last page", count(last.get("users"))),
                ("Of those who began", percent(last.get("share"))),
            ),
            "tutorial": tutorial,
            "months": month_choices(months),
            "month": chosen.isoformat() if chosen else "",
            "address": heading.to("tutorials", node_id),
        },
    )
    return show_course(request, reader, heading, "tutorials", page)


def step_rows(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """A row per page of one month: all people and each class, shares, and the median time from the page before."""
    rows: dict[int, dict[str, Any]] = {}
    for bar in bars:
        row = rows.setdefault(bar.step, {"label": f"{bar.step}. {bar.title}", "kind": bar.kind})
        if bar.people == "all":
            row |= {"step": bar.step, "users": bar.users, "median": bar.median_seconds}
        else:
            row[bar.people] = bar.users
    found = list(rows.values())
    for place, row in enumerate(found):
        before = found[place - 1] if place else None
        row["began"] = found[0]["users"]
        row["before"] = before["users"] if before else None
        row["share"] = share(row["users"], row["began"])
        row["kept"] = share(row["users"], row["before"])
    return found


def _add_compared(rows: list[dict[str, Any]], compared: Sequence[WeakSpot]) -> None:
    """What pages like it lose, as the share that they keep, beside what the page keeps."""
    expected = {it.step: 1 - it.expected_share for it in compared}
    for row in rows:
        row["usual"] = expected.get(row.get("step", 0))


def _finding(rows: list[dict[str, Any]], compared: Sequence[WeakSpot]) -> str:
    """The weak spot, if there is one, else where most are lost."""
    return next((it.sentence for it in compared if it.is_weak), "") or _worst(rows)


def _funnel(rows: list[dict[str, Any]], month: str, finding: str) -> Chart:
    table = Table(
        "funnel",
        f"Who came to each page: {month}",
        (
            Column("label", "Page", under="kind"),
            Column("users", "People", "count"),
            Column("logged_in", "Logged in", "count"),
            Column("new", "New in the last 30 days", "count"),
            Column("phantom", "Without an account", "count"),
            Column("share", "Of those who began", "percent", bar=True, of="began"),
            Column("kept", "Of those on the page before", "percent", of="before"),
            Column("usual", "On pages like it", "percent"),
            Column("median", "Median time since the page before", "seconds"),
        ),
        rows,
        _EMPTY,
        _SOURCES,
    )
    # Where classes are hidden, what is known of all is drawn.
    is_known = any(row.get(name) is not None for row in rows for name in CLASSES)
    drawn = ("logged_in", "new", "phantom") if is_known else ("users",)
    return Chart(table, "bars", "label", drawn, finding, "tall", {"stacked": True})


def _worst(rows: list[dict[str, Any]]) -> str:
    known = [row for row in rows[1:] if row["kept"] is not None]
    if not known:
        return ""
    worst = min(known, key=lambda row: (row["users"] - row["before"], row["kept"]))
    if worst["users"] == worst["before"]:
        return "Everybody who began came to the last page."
    return (
        f"Of {people(worst['before'], 'viewer')} of page {worst['step'] - 1},"
        f" {percent(1 - worst['kept'])} did not come to page {worst['label']}."
    )


def _months(tutorial: Tutorial, bars: Sequence[Bar]) -> Chart:
    totals = {(bar.month, bar.step): bar for bar in bars if bar.people == "all"}
    months: list[date] = sorted({bar.month for bar in bars})
    names = {month: f"{month:%B %Y}" for month in months}
    incomplete = {bar.month for bar in bars if not bar.is_complete}
    names |= {month: f"{names[month]}, not complete" for month in incomplete}
    rows = [
        {
            "month": names[month],
            "began": totals[month, 1].users,
            **{
                f"page{step.step}": share(totals[month, step.step].users, totals[month, 1].users)
                for step in tutorial.steps
            },
        }
        for month in months
    ]
    columns = (
        Column("month", "Began in"),
        Column("began", "Began", "count"),
        *(
            Column(f"page{step.step}", f"Page {step.step}", "percent", of="began")
            for step in tutorial.steps
        ),
    )
    table = Table("months", "Month by month", columns, rows, _EMPTY, _SOURCES)
    cells = [
        {"row": row["month"], "column": f"{step.step}", "value": row[f"page{step.step}"]}
        for row in rows
        for step in tutorial.steps
    ]
    finding = "Share of those who began that came to each page."
    return heat_map(table, cells, finding, "" if len(months) > 4 else "low", "percent")
