"""Events without a pipeline: how often one type is used, on which device, by a field that only it has.

Enters: a question in the address. Leaves: the page at `/events`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from studium.publish import DIMENSIONS, EventAnswer, EventQuestion
from studium.serve.courses.titles import names_of, titles_of
from studium.serve.drawing.charts import Chart
from studium.serve.drawing.navigation import Link
from studium.serve.drawing.rendering import Page, figures, show
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count
from studium.serve.institution.events.answers import EventType, count_events, list_types
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import ProblemError, Reading, server_of

router = APIRouter()
LINK = Link("events", "Events", "/events", Rule.EVENTS, 6)

_MOST_GROUPS = 200
_MOST_TYPES = 40
_DRAWN = 15
_MEANING = (
    "Events of this type in the logs of the release, each counted once however often it was delivered; learners are"
    " the different users who sent them. Fields are read from the event itself, whether a table has them or not."
)


@dataclass(frozen=True)
class Question:
    """What the form asks; without a type nothing is counted."""

    type: Annotated[str, Query(max_length=200)] = ""
    by: Annotated[str, Query(max_length=40)] = "date"
    field: Annotated[str, Query(max_length=200)] = ""
    course: Annotated[str, Query(max_length=255)] = ""
    start: Annotated[str, Query(max_length=10)] = ""
    end: Annotated[str, Query(max_length=10)] = ""


@router.get("/events", include_in_schema=False)
@rule(Rule.EVENTS)
def events_page(
    request: Request, reader: Reading, asked: Annotated[Question, Depends()]
) -> Response:
    """The form, and the answer below it; what cannot be asked is said in words."""
    answer, problem = None, ""
    if asked.type:
        try:
            answer = count_events(server_of(request), reader, _question(asked))
        except (ProblemError, HiddenError) as error:
            problem = f"{error.problem}. {error.fix}"
        except ValueError:
            problem = "A date is written like 2024-03-01."
    types = list_types(reader)
    content = {
        "asked": asked,
        "types": types,
        "dimensions": list(DIMENSIONS),
        "courses": sorted(
            names_of(titles_of(reader)).items(), key=lambda entry: entry[1].casefold()
        ),
        "problem": problem,
        "figures": _figures(answer),
    }
    page = Page(
        "institution/events/page.html",
        f"Events: {asked.type}" if asked.type else "Events",
        "events",
        "Count any event of the logs by device, time, course or a field of its own.",
        charts=(_groups(answer, asked),) if answer else (),
        tables=(_fields(answer),) if answer else (_types(types),),
        content=content,
    )
    return show(request, reader, page)


def _question(asked: Question) -> EventQuestion:
    """Raises ValueError for a date that is none."""
    return EventQuestion(
        event_type=asked.type,
        by=(asked.by,) if asked.by else (),
        fields=(asked.field,) if asked.field else (),
        course=asked.course or None,
        start=date.fromisoformat(asked.start) if asked.start else None,
        end=date.fromisoformat(asked.end) if asked.end else None,
        limit=_MOST_GROUPS,
    )


def _figures(answer: EventAnswer | None) -> Any:
    if answer is None:
        return ()
    total = answer.total
    return figures(
        ("Events", count(total["events"])),
        ("Learners", count(total["learners"]), "each counts once"),
        (
            "Groups",
            count(len(answer.rows)),
            "the largest; there may be more" if len(answer.rows) == _MOST_GROUPS else "",
        ),
    )


def _groups(answer: EventAnswer, asked: Question) -> Chart:
    keys = [name for name in answer.columns if name in {asked.by, asked.field} - {""}]
    rows: list[dict[str, Any]] = []
    for found in answer.rows:
        row = dict(zip(answer.columns, found, strict=True))
        label = " · ".join("–" if row[key] is None else str(row[key]) for key in keys)
        rows.append({**row, "group": label or "all"})
    is_over_time = keys == [asked.by] and asked.by in {"date", "week", "month"}
    if is_over_time:
        rows.sort(key=lambda row: str(row["group"]))
    columns = (
        Column("group", " · ".join(keys) or "All"),
        Column("events", "Events", "count"),
        Column("learners", "Learners", "count"),
        Column("first_at", "First", "time"),
        Column("last_at", "Last", "time"),
    )
    known = tuple(column for column in columns if column.name in {*answer.columns, "group"})
    title = f"{asked.type} by {' and '.join(keys) or 'nothing'}"
    table = Table("groups", title, known, rows, meaning=_MEANING)
    if is_over_time:
        return Chart(table, "lines", "group", ("events", "learners"))
    size = "tall" if len(rows) > 8 else ""
    finding, is_cut = "", len(rows) == _MOST_GROUPS
    if len(rows) > _DRAWN:
        listed = f"The {len(rows)} largest groups are" if is_cut else f"All {len(rows)} groups are"
        finding = f"{listed} listed, the {_DRAWN} largest drawn."
    return Chart(table, "rows", "group", ("events",), finding, size, {"first": _DRAWN})


def _types(types: list[EventType]) -> Table:
    rows = [
        vars(found) | {"address": f"/events?{urlencode({'type': found.event_type})}"}
        for found in types[:_MOST_TYPES]
    ]
    columns = (
        Column("event_type", "Type", "key", link="address"),
        Column("events", "Events", "count"),
        Column("first_date", "First", "date"),
        Column("last_date", "Last", "date"),
    )
    sources = ("event_types_daily", "event_types_daily.event_count")
    return Table(
        "types", "Types that were used most", columns, rows, "The release has no events.", sources
    )


def _fields(answer: EventAnswer) -> Table:
    columns = (
        Column("name", "Field", "key"),
        Column("events", "Events that have it", "count"),
        Column("values", "Different values", "count"),
        Column("least", "Least", "decimal"),
        Column("median", "Median", "decimal"),
        Column("greatest", "Greatest", "decimal"),
    )
    names = [column.name for column in columns]
    rows = [dict(zip(names, found, strict=True)) for found in answer.fields]
    return Table("fields", "Fields", columns, rows, "No field was asked for.")
