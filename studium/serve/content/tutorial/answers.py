"""One tutorial as a funnel: who came to each of its pages, by month and class.

Enters: a reader, a course, a tutorial. Leaves: `Bar` rows, for the JSON route here and for the pages.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["funnels"])
Class = Literal["all", "phantom", "new", "logged_in"]
CLASSES: tuple[Class, ...] = ("phantom", "new", "logged_in")
_EVERYBODY: tuple[Class, ...] = ("all", *CLASSES)


@dataclass(frozen=True)
class Step:
    """A page of a tutorial at its place."""

    node_id: str
    step: int
    page_id: str
    kind: str
    title: str


@dataclass(frozen=True)
class Tutorial:
    """A tutorial with its pages in order."""

    node_id: str
    title: str
    topic: str | None
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Bar:
    """People of a class who came to a page after all pages before it, having begun in a month.

    A month is complete when everybody had the whole window before the release's last day.
    """

    month: date
    step: int
    page_id: str
    kind: str
    title: str
    people: Class
    users: int | None
    median_seconds: float | None
    is_complete: bool


_PAGES = """
    select
        tutorial.node_id,
        tutorial.title,
        topic.title as topic,
        page.page_id,
        page.page_kind as kind,
        page.title as page_title,
        page.first_title,
        row_number() over (partition by page.parent_id order by page.position, page.node_id) as step
    from content_nodes as tutorial
    inner join content_nodes as page
        on tutorial.course_id = page.course_id and tutorial.node_id = page.parent_id
    left join content_nodes as topic
        on tutorial.course_id = topic.course_id and tutorial.parent_id = topic.node_id
    where tutorial.course_id = $course_id and tutorial.kind = 'tutorial' and page.kind = 'page'
        and ($node_id is null or tutorial.node_id = $node_id)
    order by tutorial.outline_index, tutorial.node_id, step
"""
_BARS = """
    select month, node_id, step, class, users, median_seconds, complete
    from tutorial_funnels
    where course_id = $course_id and ($node_id is null or node_id = $node_id)
    order by month, node_id, step, class
"""


def read_tutorials(reader: Reader, course_id: str, node_id: str | None = None) -> list[Tutorial]:
    """Tutorials in the order of the course; empty where its structure was never landed."""
    if not reader.has("content_nodes"):
        return []
    found: dict[str, list[dict[str, Any]]] = {}
    for row in reader.rows(_PAGES, {"course_id": course_id, "node_id": node_id}):
        found.setdefault(row["node_id"], []).append(row)
    return [
        Tutorial(node, pages[0]["title"] or node, pages[0]["topic"], tuple(map(_step, pages)))
        for node, pages in found.items()
    ]


def read_bars(
    reader: Reader, course_id: str, tutorials: Sequence[Tutorial]
) -> dict[str, list[Bar]]:
    """Bars by tutorial: of each month with anybody every page, every class and all, with 0 where nobody came.

    What would tell of few people is None for roles from which small groups are hidden.
    """
    if not reader.has("tutorial_funnels") or not tutorials:
        return {}
    node_id = tutorials[0].node_id if len(tutorials) == 1 else None
    rows = reader.rows(_BARS, {"course_id": course_id, "node_id": node_id})
    found: dict[str, dict[date, dict[tuple[int, str], Any]]] = defaultdict(dict)
    for row in rows:
        month = found[row["node_id"]].setdefault(row["month"], {})
        month[row["step"], row["class"]] = row
    bars = {
        it.node_id: [
            bar
            for month, counted in found[it.node_id].items()
            for bar in without_few(_month(it, month, counted), reader.hides_under)
        ]
        for it in tutorials
    }
    if any(bar.users is None for of_one in bars.values() for bar in of_one):
        reader.hidden_in.add("tutorial_funnels")
    return bars


def without_few(bars: Sequence[Bar], least: int) -> list[Bar]:
    """Bars of one month without those that tell of fewer than `least` people.

    Bars are nested: what stopped between two that are shown is a group, too. So a total is shown where it, and what it
    lost since the last that is shown, is nobody or enough; classes where each of them is, and the total is shown.
    """
    by_step: dict[int, list[Bar]] = defaultdict(list)
    for bar in bars:
        by_step[bar.step].append(bar)
    shown: list[Bar] = []
    before: dict[Class, int] = {}
    for of_step in by_step.values():
        users = {bar.people: bar.users or 0 for bar in of_step}
        changed = {name: abs(before.get(name, 0) - count) for name, count in users.items()}
        enough = {
            name
            for name, count in users.items()
            if _is_enough(count, least) and (not before or _is_enough(changed[name], least))
        }
        kept: set[Class] = set(_EVERYBODY[:1]) & enough
        if kept and enough == users.keys():
            kept = set(users)
        before |= {name: users[name] for name in kept}
        shown += [
            bar if bar.people in kept else replace(bar, users=None, median_seconds=None)
            for bar in of_step
        ]
    return shown


def _is_enough(people: int, least: int) -> bool:
    return people == 0 or people >= least


def _month(tutorial: Tutorial, month: date, counted: dict[tuple[int, str], Any]) -> list[Bar]:
    is_complete = all(row["complete"] for row in counted.values())
    return [
        Bar(
            month=month,
            step=step.step,
            page_id=step.page_id,
            kind=step.kind,
            title=step.title,
            people=people,
            users=counted.get((step.step, people), {}).get("users", 0),
            median_seconds=counted.get((step.step, people), {}).get("median_seconds"),
            is_complete=is_complete,
        )
        for step in tutorial.steps
        for people in _EVERYBODY
    ]


def _step(row: dict[str, Any]) -> Step:
    """A unit's own name says little where all are called so: what it shows first stands beside it."""
    names = dict.fromkeys(filter(None, [row["page_title"], row["first_title"]]))
    title = ": ".join(names) or row["page_id"]
    return Step(row["node_id"], row["step"], row["page_id"], row["kind"], title)


@router.get("/courses/{course_id:course}/funnels/{node_id:path}", response_model=Listing[Bar])
@rule(Rule.LEARNERS)
def funnel(
    course_id: str,
    node_id: str,
    reader: Reading,
    page: Paging,
    month: Annotated[date | None, Query(description="First day of one month; all without.")] = None,
) -> Any:
    """A tutorial as a funnel: people at each page, by month and class."""
    tutorials = read_tutorials(reader, course_id, node_id)
    if not tutorials:
        raise HiddenError
    bars = read_bars(reader, course_id, tutorials).get(node_id, [])
    wanted = [bar for bar in bars if month is None or bar.month == month]
    return answer_all(reader, Bar, wanted, page)
