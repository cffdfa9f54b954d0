"""Learners of a course: a roster with filters, and one learner's days.

Enters: a reader, a course, filters. Leaves: `Learner` and `LearnerDay` rows, by name or pseudonym as
the role has it.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import (
    Listing,
    Page,
    Paging,
    ProblemError,
    Reading,
    answer_page,
    read_page,
)
from studium.serve.web.days import Moment

router = APIRouter(prefix="/api/v1", tags=["learners"])


@dataclass(frozen=True)
class Learner:
    """A learner of a course; what happened in the last week comes from the roster, null without one."""

    username: str
    user_id: Any
    mode: str | None
    is_enrolled: bool | None
    enrolled_at: Moment | None
    last_event_at: Moment | None
    grade: float | None
    is_certified: bool | None
    days_active: int | None
    events: int | None
    videos_watched: int | None
    problem_checks: int | None
    forum_posts: int | None
    segments: str | None
    cohort: str | None
    week_problems_attempted: int | None
    week_problems_completed: int | None
    week_videos_viewed: int | None
    week_discussion_contributions: int | None


class Order(StrEnum):
    """By what the roster is sorted."""

    USERNAME = "username"
    ENROLLED_AT = "enrolled_at"
    LAST_EVENT_AT = "last_event_at"
    GRADE = "grade"
    DAYS_ACTIVE = "days_active"
    EVENTS = "events"


class Segment(StrEnum):
    """Kinds of learners, by their last two weeks."""

    HIGHLY_ENGAGED = "highly_engaged"
    STRUGGLING = "struggling"
    DISENGAGING = "disengaging"
    INACTIVE = "inactive"
    UNENROLLED = "unenrolled"


@dataclass(frozen=True)
class Filters:
    """Which learners, and in which order."""

    search: str | None = None
    mode: str | None = None
    segment: tuple[str, ...] = ()
    cohort: str | None = None
    is_active: bool | None = None
    order_by: Order = Order.USERNAME
    is_descending: bool = False
    username: str | None = field(default=None)


_ROSTER = """
select
    user_id,
    segments,
    cohort,
    problems_attempted as week_problems_attempted,
    problems_completed as week_problems_completed,
    videos_viewed as week_videos_viewed,
    discussion_contributions as week_discussion_contributions
from learner_roster
where course_id = $course_id
"""
_NO_ROSTER = """
select
    cast(null as varchar) as user_id,
    cast(null as varchar) as segments,
    cast(null as varchar) as cohort,
    cast(null as bigint) as week_problems_attempted,
    cast(null as bigint) as week_problems_completed,
    cast(null as bigint) as week_videos_viewed,
    cast(null as bigint) as week_discussion_contributions
where false
"""
_LEARNERS = """
select
    person.username,
    person.user_id,
    person.mode,
    cast(person.is_active as boolean) as is_enrolled,
    person.start_time as enrolled_at,
    person.last_event as last_event_at,
    person.grade,
    person.certified as is_certified,
    person.ndays_act as days_active,
    person.nevents as events,
    person.nvideos_unique_viewed as videos_watched,
    person.nproblem_check as problem_checks,
    person.nforum_posts as forum_posts,
    roster.segments,
    roster.cohort,
    roster.week_problems_attempted,
    roster.week_problems_completed,
    roster.week_videos_viewed,
    roster.week_discussion_contributions
from person_course as person
left join roster on roster.user_id = person.user_id
where
    person.course_id = $course_id
    and person.username is not null
    and ($username is null or person.username = $username)
    and ($search is null or contains(lower(person.username), lower($search)))
    and ($mode is null or person.mode = $mode)
    and ($cohort is null or roster.cohort = $cohort)
    and (len($segment) = 0 or list_has_any(string_split(coalesce(roster.segments, ''), ','), $segment))
    and ($is_active is null or (coalesce(person.nevents, 0) > 0) = $is_active)
"""


def list_learners(
    reader: Reader, course_id: str, filters: Filters, page: Page
) -> tuple[list[Learner], int]:
    """A page of the roster, and how many learners match."""
    if not reader.has("person_course"):
        return [], 0
    way = "desc" if filters.is_descending else "asc"
    order = "username" if filters.order_by is Order.USERNAME else f"{filters.order_by}"
    sql = f"{_query(reader)} order by {order} {way} nulls last, username"
    rows, total = read_page(reader, sql, _values(course_id, filters), page)
    return [Learner(**row) for row in rows], total


def find_learner(reader: Reader, course_id: str, username: str) -> Learner | None:
    """The learner of that name or pseudonym."""
    if not reader.has("person_course"):
        return None
    row = reader.one(_query(reader), _values(course_id, Filters(username=username)))
    return None if row is None else Learner(**row)


def filters_of(
    search: Annotated[
        str | None, Query(max_length=100, description="Part of the username.")
    ] = None,
    mode: Annotated[str | None, Query(max_length=100, examples=["verified"])] = None,
    segment: Annotated[list[Segment] | None, Query(max_length=5)] = None,
    cohort: Annotated[str | None, Query(max_length=255)] = None,
    is_active: Annotated[
        bool | None, Query(description="Whether there is any event of the learner.")
    ] = None,
) -> Filters:
    """The filters that a request asks for."""
    return Filters(search, mode, tuple(map(str, segment or ())), cohort, is_active)


def order_of(
    filters: Annotated[Filters, Depends(filters_of)],
    order_by: Order = Order.USERNAME,
    sort: Annotated[str, Query(pattern="^(asc|desc)$")] = "asc",
) -> Filters:
    """The filters with the order that a request asks for."""
    return Filters(
        filters.search,
        filters.mode,
        filters.segment,
        filters.cohort,
        filters.is_active,
        order_by,
        sort == "desc",
    )


@router.get("/courses/{course_id:course}/learners", response_model=Listing[Learner])
@rule(Rule.LEARNERS)
def learners(
    course_id: str, reader: Reading, page: Paging, filters: Annotated[Filters, Depends(order_of)]
) -> Any:
    """Learners of the course, from `person_course`: none are listed until a data package of it has landed."""
    if filters.segment and not reader.has("learner_roster"):
        raise ProblemError(
            422, "This release has no segments of learners", "Ask without `segment`."
        )
    rows, total = list_learners(reader, course_id, filters, page)
    return answer_page(reader, Learner, rows, total, page)


def _query(reader: Reader) -> str:
    roster = _ROSTER if reader.has("learner_roster") else _NO_ROSTER
    return f"with roster as ({roster}) {_LEARNERS}"


def _values(course_id: str, filters: Filters) -> dict[str, Any]:
    return {
        "course_id": course_id,
        "username": filters.username,
        "search": filters.search,
        "mode": filters.mode,
        "cohort": filters.cohort,
        "segment": list(filters.segment),
        "is_active": filters.is_active,
    }
