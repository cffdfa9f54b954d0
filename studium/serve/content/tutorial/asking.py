"""A funnel of any pages of a course, asked by an address: how many people came to each, by any of the options.

Enters: a reader, a course, pages, options. Leaves: an `AskedFunnel`, the same as `studium funnel` answers.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Query

from studium.analyses import Funnel, check_funnel, with_options
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
from studium.serve.web import Reading

router = APIRouter(prefix="/api/v1", tags=["funnels"])
MOST_VIEWS = 500_000
_COLUMNS = ("actor", "moment", "event", "page", "class")
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


def ask(reader: Reader, course_id: str, options: AskedOptions) -> AskedFunnel:
    """How many people came to each step.

    Raises MisuseError for what cannot be asked, HiddenError where the release has no pages of the course.
    """
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
    answer = answer_of_views(funnel, views, titles, (reader.release_id, reader.as_of))
    return AskedFunnel(
        answer.definition,
        answer.release,
        answer.as_of,
        answer.is_complete,
        [AskedStep(*step) for step in answer.steps],
    )


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
