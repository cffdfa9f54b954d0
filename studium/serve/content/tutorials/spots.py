"""Weak spots of a course: pages that lose more than pages like them, those that lose most first.

Enters: a reader, a course, a month. Leaves: `WeakSpot` rows, for the JSON route here and for the pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from studium.serve.content.tutorial.answers import Bar, Tutorial, read_bars, read_tutorials
from studium.serve.content.tutorials.answers import chosen_month, months_of
from studium.serve.drawing.wording import count, percent
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["funnels"])


@dataclass(frozen=True)
class WeakSpot:
    """A page of a tutorial beside pages like it, in a complete month; shares are of those at the page before.

    `expected_share` is what pages of the same kind, place, course and tutorial lose; `excess_users` are the people lost
    beyond it, with chance taken off, and `excess_low` and `excess_high` the 90 % interval of their share.
    """

    node_id: str
    title: str
    topic: str | None
    month: date
    step: int
    page_id: str
    page_title: str
    kind: str
    users_before: int
    users: int
    lost_share: float
    expected_share: float
    excess_low: float
    excess_high: float
    excess_users: float
    is_weak: bool
    sentence: str


_SPOTS = """
    select
        node_id, step, users_before, users, lost_share, expected_share, excess_low, excess_high,
        excess_users, is_weak
    from weak_spots
    where course_id = $course_id and month = $month and ($node_id is null or node_id = $node_id)
    order by excess_users desc, node_id, step
"""


def read_compared(
    reader: Reader,
    course_id: str,
    shown: tuple[Sequence[Tutorial], Mapping[str, Sequence[Bar]]],
    month: date | None,
) -> list[WeakSpot]:
    """Steps of tutorials that were compared with their like, the greatest loss first.

    `shown` are tutorials and their bars as the viewer sees them: where a bar is hidden, its step is not told either.
    """
    if month is None or not reader.has("weak_spots"):
        return []
    tutorials, bars = shown
    node_id = tutorials[0].node_id if len(tutorials) == 1 else None
    known = {
        (node, bar.step): bar.users
        for node, of_one in bars.items()
        for bar in of_one
        if bar.month == month and bar.people == "all"
    }
    places = {(it.node_id, step.step): (it, step) for it in tutorials for step in it.steps}
    rows = reader.rows(_SPOTS, {"course_id": course_id, "month": month, "node_id": node_id})
    return [
        _spot(row, month, *places[place])
        for row in rows
        if (place := (row["node_id"], row["step"])) in places
        and known.get(place) == row["users"]
        and known.get((row["node_id"], row["step"] - 1)) == row["users_before"]
    ]


def _spot(row: Mapping[str, Any], month: date, tutorial: Tutorial, step: Any) -> WeakSpot:
    sentence = (
        f"Of {count(row['users_before'])} who saw page {row['step'] - 1}, {percent(row['lost_share'])} did not come to"
        f" page {step.step}, {step.title}; pages like it lose {percent(row['expected_share'])}."
    )
    return WeakSpot(
        **dict(row),
        title=tutorial.title,
        topic=tutorial.topic,
        month=month,
        page_id=step.page_id,
        page_title=step.title,
        kind=step.kind,
        sentence=sentence,
    )


def list_weak_spots(reader: Reader, course_id: str, wanted: date | None = None) -> list[WeakSpot]:
    """Weak spots of the month that is asked for, else of the newest that is complete."""
    tutorials = read_tutorials(reader, course_id)
    bars = read_bars(reader, course_id, tutorials)
    month = chosen_month(months_of(bars), wanted)
    return [it for it in read_compared(reader, course_id, (tutorials, bars), month) if it.is_weak]


@router.get("/courses/{course_id:course}/weak_spots", response_model=Listing[WeakSpot])
@rule(Rule.LEARNERS)
def weak_spots(
    course_id: str,
    reader: Reading,
    page: Paging,
    month: Annotated[
        date | None, Query(description="First day of a month; the newest complete one without.")
    ] = None,
) -> Any:
    """Pages of subsections that lose more than pages like them, those that lose most people first."""
    return answer_all(reader, WeakSpot, list_weak_spots(reader, course_id, month), page)
