"""Learners of a course: a roster with filters, and one learner's days.

Enters: a reader, a course, filters. Leaves: `Learner` and `LearnerDay` rows, by name or pseudonym as
the role has it.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query

from studium.serve.asking import ask
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import (
    Listing,
    Paging,
    ProblemError,
    Reading,
    answer_page,
)
from studium.serve.web.days import Moment

router = APIRouter(prefix="/api/v1", tags=["learners"])


@dataclass(frozen=True)
class Learner:
    """A learner of a course; what happened in the last week comes from the roster, null without one.

    `problem_checks` are answers that the server checked; `last_event_at` is of any event, and so is `seen`.
    `reasons` names the metrics of the last week that put the learner into the segments.
    """

    username: str
    user_id: Any
    mode: str | None
    is_enrolled: bool | None
    enrolled_at: Moment | None
    last_event_at: Moment | None
    grade: float | None
    is_certified: bool | None
    days_active: int | None
    chapters: int | None
    events: int | None
    videos_watched: int | None
    video_plays: int | None
    problem_checks: int | None
    forum_posts: int | None
    segments: str | None
    reasons: str | None
    cohort: str | None
    week_problems_attempted: int | None
    week_problems_completed: int | None
    week_videos_viewed: int | None
    week_discussion_contributions: int | None


class LearnerOrder(StrEnum):
    """By what the roster is sorted."""

    USERNAME = "username"
    ENROLLED_AT = "enrolled_at"
    LAST_EVENT_AT = "last_event_at"
    GRADE = "grade"
    DAYS_ACTIVE = "days_active"
    EVENTS = "events"
    CHAPTERS = "chapters"
    VIDEO_PLAYS = "video_plays"
    PROBLEM_CHECKS = "problem_checks"
    FORUM_POSTS = "forum_posts"


class Segment(StrEnum):
    """Kinds of learners, by their last two weeks."""

    HIGHLY_ENGAGED = "highly_engaged"
    STRUGGLING = "struggling"
    DISENGAGING = "disengaging"
    INACTIVE = "inactive"
    UNENROLLED = "unenrolled"


@dataclass(frozen=True)
class Filters:
    """Which learners, and in which order; None and () are no filter."""

    search: str | None = None
    mode: str | None = None
    segment: tuple[str, ...] = ()
    cohort: str | None = None
    is_active: bool | None = None
    is_enrolled: bool | None = None
    seen: Literal["week", "silent", "never"] | None = None
    outcome: Literal["certified", "explored", "viewed", "registered"] | None = None
    order_by: LearnerOrder = LearnerOrder.USERNAME
    is_descending: bool = False
    username: str | None = None


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
# The server's: person_course counts what the browser says of the same answer too.
_CHECKS = """
select username, count(*) as checks
from problem_check
where course_id = $course_id
group by username
"""
_NO_CHECKS = "select cast(null as varchar) as username, cast(null as bigint) as checks where false"
_GROUNDS = """
select username, string_agg(reason, ',' order by segment) as reasons
from learner_segments
where course_id = $course_id and reason is not null
group by username
"""
_NO_GROUNDS = (
    "select cast(null as varchar) as username, cast(null as varchar) as reasons where false"
)
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
    person.nchapters as chapters,
    person.nevents as events,
    person.nvideos_unique_viewed as videos_watched,
    person.nplay_video as video_plays,
    {checks} as problem_checks,
    person.nforum_posts as forum_posts,
    roster.segments,
    grounds.reasons,
    roster.cohort,
    roster.week_problems_attempted,
    roster.week_problems_completed,
    roster.week_videos_viewed,
    roster.week_discussion_contributions
from person_course as person
left join roster on roster.user_id = person.user_id
left join checked on checked.username = person.username
left join grounds on grounds.username = person.username
where
    person.course_id = $course_id
    and person.username is not null
    and ($username is null or person.username = $username)
    and ($search is null or contains(lower(person.username), lower($search)))
    and ($mode is null or person.mode = $mode)
    and ($cohort is null or roster.cohort = $cohort)
    and (len($segment) = 0 or list_has_any(string_split(coalesce(roster.segments, ''), ','), $segment))
    and ($is_active is null or (coalesce(person.nevents, 0) > 0) = $is_active)
    and ($is_enrolled is null or (coalesce(person.is_active, 0) = 1) = $is_enrolled)
    and case $seen
        when 'week' then person.last_event >= $as_of - interval 7 day
        when 'silent' then person.last_event < $as_of - interval 7 day
        when 'never' then person.last_event is null
        else true
    end
    and case $outcome
        when 'certified' then person.certified
        when 'explored' then person.explored
        when 'viewed' then person.viewed
        when 'registered' then not coalesce(person.viewed, false)
        else true
    end
"""
_MODES = """
select distinct mode from person_course where course_id = $course_id and mode is not null order by mode
"""
_COHORTS = """
select distinct cohort from learner_roster where course_id = $course_id and cohort is not null order by cohort
"""


def list_learners(
    reader: Reader, course_id: str, filters: Filters, first: int = 0, limit: int | None = None
) -> tuple[list[Learner], int]:
    """`limit` learners behind the `first`, or all; and how many match."""
    if not reader.has("person_course"):
        return [], 0
    way = "desc" if filters.is_descending else "asc"
    sql = f"{_query(reader)} order by {filters.order_by} {way} nulls last, username"
    values = _values(reader, course_id, filters)
    if limit is None:
        rows = reader.rows(sql, values)
        return [Learner(**row) for row in rows], len(rows)
    rows, total = reader.page(sql, values, first, limit)
    return [Learner(**row) for row in rows], total


def find_learner(reader: Reader, course_id: str, username: str) -> Learner | None:
    """The learner of that name or pseudonym."""
    if not reader.has("person_course"):
        return None
    row = reader.one(_query(reader), _values(reader, course_id, Filters(username=username)))
    return None if row is None else Learner(**row)


def list_modes(reader: Reader, course_id: str) -> list[str]:
    """Modes that learners of the course have; none where no data package of it has landed."""
    return [row["mode"] for row in ask(reader, "person_course", _MODES, {"course_id": course_id})]


def list_cohorts(reader: Reader, course_id: str) -> list[str]:
    """Cohorts of the course."""
    rows = ask(reader, "learner_roster", _COHORTS, {"course_id": course_id})
    return [row["cohort"] for row in rows]


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
    order_by: LearnerOrder = LearnerOrder.USERNAME,
    sort: Annotated[str, Query(pattern="^(asc|desc)$")] = "asc",
) -> Filters:
    """The filters with the order that a request asks for."""
    return replace(filters, order_by=order_by, is_descending=sort == "desc")


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
    rows, total = list_learners(reader, course_id, filters, page.first, page.limit)
    return answer_page(reader, Learner, rows, total, page)


def _query(reader: Reader) -> str:
    has_checks = reader.has("problem_check")
    roster = _ROSTER if reader.has("learner_roster") else _NO_ROSTER
    checked = _CHECKS if has_checks else _NO_CHECKS
    learners = _LEARNERS.format(checks="coalesce(checked.checks, 0)" if has_checks else "null")
    grounds = _GROUNDS if reader.has("learner_segments") else _NO_GROUNDS
    return f"with roster as ({roster}), checked as ({checked}), grounds as ({grounds}) {learners}"


def _values(reader: Reader, course_id: str, filters: Filters) -> dict[str, Any]:
    return {
        "course_id": course_id,
        "username": filters.username,
        "search": filters.search,
        "mode": filters.mode,
        "cohort": filters.cohort,
        "segment": list(filters.segment),
        "is_active": filters.is_active,
        "is_enrolled": filters.is_enrolled,
        "seen": filters.seen,
        "outcome": filters.outcome,
        "as_of": reader.as_of,
    }
