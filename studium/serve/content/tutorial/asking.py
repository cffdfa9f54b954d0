"""A funnel of any pages of a course, asked by an address: how many people came to each, by any of the options.

Enters: a reader, a course, pages, options. Leaves: an `AskedFunnel`, the same as `studium funnel` answers.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

import numpy as np
from fastapi import APIRouter, Depends, Query

from studium.analyses import Funnel, check_funnel, people_at_steps, with_options
from studium.errors import MisuseError
from studium.publish import (
    FUNNEL_PAGES,
    FUNNEL_VIEWS,
    answer_of_views,
    funnel_values,
    page_title,
)
from studium.serve.content.tutorial.answers import read_tutorials
from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["funnels"])
MOST_VIEWS = 500_000
_COLUMNS = ("actor", "moment", "event", "page", "class")
_NAMES = "select user_id, username from person_course where course_id = $course_id"
_NO_NAMES = "select cast(null as bigint) as user_id, cast(null as varchar) as username where false"
_ACTORS = """
    with actors as (
        select actor_id, max(user_id) as user_id from page_views
        where course_id = $course_id and actor_id is not null group by actor_id
    ),
    names as ({names})
    select dense_rank() over (order by actors.actor_id) as actor, actors.actor_id, names.username
    from actors left join names on actors.user_id = names.user_id
"""
_COUNT = "select count(*) as views from page_views where course_id = $course_id"


@dataclass(frozen=True)
class AskedOptions:
    """Pages in an order, or those of a tutorial; options as the command takes them."""

    steps: Annotated[str, Query(max_length=60_000, description="Pages, with commas.")] = ""
    tutorial: Annotated[str, Query(description="A subsection, by its id.")] = ""
    window: str = "7d"
    order: str = "ordered"
    tie: str = "by_step"
    optional: str = ""
    gaps: str = ""
    exclude: str = ""
    counting: str = "uniques"
    reentry: str = "best"
    by: str = ""
    month: str = ""
    start: date | None = None
    end: date | None = None


class Behind(StrEnum):
    """Who came to a step, or to the step before it and not further."""

    REACHED = "reached"
    DROPPED = "dropped"


@dataclass(frozen=True)
class AskedPeople(AskedOptions):
    """A bar of such a funnel."""

    step: Annotated[int, Query(ge=1, le=200, description="A step, from 1.")] = 1
    kind: Annotated[Behind, Query(description="Who came, or stopped before it.")] = Behind.REACHED


@dataclass(frozen=True)
class AskedStep:
    """A step, from 1: people of a class (`all`: everybody), the median time since the step before."""

    step: int
    page_id: str
    title: str
    people: str
    users: int
    median_seconds: float | None


@dataclass(frozen=True)
class AskedFunnel:
    """`definition` is equal for equal questions; complete where who began had the whole window before `as_of`."""

    definition: str
    release: str
    as_of: date | None
    is_complete: bool
    steps: list[AskedStep]


@dataclass(frozen=True)
class PersonAtStep:
    """Somebody behind a bar; without an account nobody knows their name."""

    actor_id: str
    username: str | None


class Question(NamedTuple):
    """A funnel that can be asked, the titles of its pages, and the views that it is about."""

    funnel: Funnel
    titles: dict[str, str]
    views: dict[str, Any]


def ask(reader: Reader, course_id: str, options: AskedOptions) -> AskedFunnel:
    """How many people came to each step."""
    funnel, titles, views = _question(reader, course_id, options)
    answer = answer_of_views(funnel, views, titles, (reader.release_id, reader.as_of))
    return AskedFunnel(
        answer.definition,
        answer.release,
        answer.as_of,
        answer.is_complete,
        [AskedStep(*step) for step in answer.steps],
    )


def list_people(reader: Reader, course_id: str, options: AskedPeople) -> list[PersonAtStep]:
    """Who is behind a bar, by name, then those without one."""
    funnel, _, views = _question(reader, course_id, options)
    step, behind = options.step, options.kind
    if not (2 if behind is Behind.DROPPED else 1) <= step <= len(funnel.steps):
        raise MisuseError(
            f"Nobody is {behind.value} at step {step}",
            "funnel: step",
            f"Give 1 to {len(funnel.steps)}, for dropped from 2",
        )
    people = people_at_steps(views, funnel)
    wanted = set(people[step - 1].tolist())
    if behind is Behind.DROPPED:
        wanted = set(people[step - 2].tolist()) - wanted
    sql = _ACTORS.format(names=_NAMES if reader.has("person_course") else _NO_NAMES)
    found = [
        PersonAtStep(row["actor_id"], row["username"])
        for row in reader.rows(sql, {"course_id": course_id})
        if row["actor"] in wanted
    ]
    return sorted(found, key=lambda it: (it.username is None, it.username or it.actor_id))


def _question(reader: Reader, course_id: str, options: AskedOptions) -> Question:
    """Raises MisuseError for what cannot be asked, HiddenError where the release has no pages of the course."""
    if not (reader.has("page_views") and reader.has("content_nodes")):
        raise HiddenError
    rows = reader.rows(FUNNEL_PAGES, {"course_id": course_id})
    titles = {
        row["page_id"]: page_title(row["page_id"], (row["title"], row["first_title"]))
        for row in rows
    }
    if not titles:
        raise HiddenError
    wanted = Funnel(course_id, _steps(reader, course_id, options))
    funnel = with_options(wanted, vars(options))
    check_funnel(funnel, titles)
    count = reader.rows(_COUNT, {"course_id": course_id})[0]["views"]
    if count > MOST_VIEWS:
        raise MisuseError(
            f"The course has {count:,} views of pages, more than {MOST_VIEWS:,}",
            "funnel: course",
            "Ask on the command line: studium funnel",
        )
    seen = reader.rows(FUNNEL_VIEWS, funnel_values(funnel))
    views = {name: np.array([row[name] for row in seen], dtype=np.int64) for name in _COLUMNS}
    return Question(funnel, titles, views)


def _steps(reader: Reader, course_id: str, options: AskedOptions) -> tuple[str, ...]:
    if options.steps and options.tutorial:
        raise MisuseError(
            "A funnel is of a subsection, or of pages", "funnel: steps", "Leave one of them out"
        )
    if options.steps:
        return tuple(options.steps.split(","))
    tutorials = read_tutorials(reader, course_id, options.tutorial or None)
    if not tutorials:
        raise MisuseError(
            f"The course has no subsection {options.tutorial}",
            "funnel: tutorial",
            f"List them: /api/v1/courses/{course_id}/funnels",
        )
    return tuple(step.page_id for step in tutorials[0].steps)


@router.get("/courses/{course_id:course}/funnel", response_model=AskedFunnel)
@rule(Rule.EVENTS)
def asked_funnel(
    course_id: str, reader: Reading, options: Annotated[AskedOptions, Depends()]
) -> Any:
    """People at each of any pages of a course, by the options of the command; without pages, the first subsection."""
    return ask(reader, course_id, options)


@router.get("/courses/{course_id:course}/funnel/people", response_model=Listing[PersonAtStep])
@rule(Rule.EVENTS)
def people_behind(
    course_id: str,
    reader: Reading,
    options: Annotated[AskedPeople, Depends()],
    page: Paging,
) -> Any:
    """The people behind a bar: who came to a step of a funnel, or stopped before it."""
    found = list_people(reader, course_id, options)
    return answer_all(reader, PersonAtStep, found, page)
