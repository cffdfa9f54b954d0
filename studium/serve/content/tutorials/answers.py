"""All tutorials of a course: who begins, who comes to the last page, and where most are lost.

Enters: a reader, a course. Leaves: `TutorialSummary` rows, for the JSON route here and for the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated, Any

from fastapi import APIRouter, Query

from studium.serve.content.tutorial.answers import Bar, Tutorial, read_bars, read_tutorials
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["funnels"])


@dataclass(frozen=True)
class TutorialSummary:
    """A tutorial in a month: people at its first and its last page, and the page before which most stop.

    `before` is the share that finished of those who began in the month before; `shares` those of all months, oldest
    first.
    """

    node_id: str
    title: str
    topic: str | None
    pages: int
    month: date
    is_complete: bool
    entered: int | None
    finished: int | None
    share_before: float | None
    shares: tuple[float | None, ...]
    lost_step: int | None
    lost_title: str | None
    lost: int | None
    lost_of: int | None


def months_of(bars: Mapping[str, Sequence[Bar]]) -> dict[date, bool]:
    """Months with anybody, the oldest first, and whether each is complete."""
    found = {bar.month: bar.is_complete for of_one in bars.values() for bar in of_one}
    return dict(sorted(found.items()))


def chosen_month(months: dict[date, bool], wanted: date | None) -> date | None:
    """The month that is asked for, else the newest that is complete, else the newest."""
    if wanted in months:
        return wanted
    complete = [month for month, is_complete in months.items() if is_complete]
    return max(complete or months, default=None)


def summaries(
    tutorials: Sequence[Tutorial], bars: Mapping[str, Sequence[Bar]], wanted: date | None = None
) -> list[TutorialSummary]:
    """Tutorials with anybody in the chosen month, in the order of the course."""
    months = months_of(bars)
    month = chosen_month(months, wanted)
    return [
        _summary(it, bars[it.node_id], list(months), month)
        for it in tutorials
        if month and any(bar.month == month for bar in bars[it.node_id])
    ]


def _summary(
    tutorial: Tutorial, bars: Sequence[Bar], months: Sequence[date], month: date
) -> TutorialSummary:
    totals = {(bar.month, bar.step): bar for bar in bars if bar.people == "all"}
    last = len(tutorial.steps)
    shares = [_share(totals.get((it, 1)), totals.get((it, last))) for it in months]
    place = months.index(month)
    steps = [totals[month, step] for step in range(1, last + 1)]
    first, end = steps[0], steps[-1]
    lost = [
        (before.users - bar.users, bar, before.users)
        for before, bar in pairwise(steps)
        if before.users is not None and bar.users is not None and before.users > bar.users
    ]
    most = max(lost, key=lambda it: (it[0], -it[1].step), default=(None, None, None))
    return TutorialSummary(
        node_id=tutorial.node_id,
        title=tutorial.title,
        topic=tutorial.topic,
        pages=last,
        month=month,
        is_complete=first.is_complete,
        entered=first.users,
        finished=end.users,
        share_before=shares[place - 1] if place else None,
        shares=tuple(shares),
        lost_step=most[1].step if most[1] else None,
        lost_title=most[1].title if most[1] else None,
        lost=most[0],
        lost_of=most[2],
    )


def _share(first: Bar | None, last: Bar | None) -> float | None:
    if first is None or last is None or last.users is None or not first.users:
        return None
    return last.users / first.users


@router.get("/courses/{course_id:course}/funnels", response_model=Listing[TutorialSummary])
@rule(Rule.LEARNERS)
def funnels(
    course_id: str,
    reader: Reading,
    page: Paging,
    month: Annotated[
        date | None, Query(description="First day of a month; the newest complete one without.")
    ] = None,
) -> Any:
    """Tutorials of a course with who began and who finished in a month, and where most were lost."""
    tutorials = read_tutorials(reader, course_id)
    bars = read_bars(reader, course_id, tutorials)
    return answer_all(reader, TutorialSummary, summaries(tutorials, bars, month), page)
