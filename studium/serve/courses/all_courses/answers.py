"""Courses: the list that a principal sees, and one course's figures.

Enters: a reader. Leaves: `CourseSummary` rows, for the JSON routes here and for the pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from studium.serve.asking import ask, ask_one
from studium.serve.courses.engagement.answers import ActivityWeek, latest_weeks
from studium.serve.courses.titles import titles_of
from studium.serve.drawing.wording import share
from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all
from studium.serve.web.days import Moment

router = APIRouter(prefix="/api/v1", tags=["courses"])


@dataclass(frozen=True)
class CourseSummary:
    """What the list says of a course; None where the release has no such table or the count is hidden."""

    course_id: str
    title: str | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    availability: str | None = None
    pacing: str | None = None
    enrolled: int | None = None
    ever_enrolled: int | None = None
    change_7_days: int | None = None
    verified: Annotated[
        int | None,
        Field(description="Enrolled in the mode verified on the last day, as pages say Verified."),
    ] = None
    active_last_week: Annotated[
        int | None,
        Field(description="Active in the last complete week before `as_of`; 0 where nobody was."),
    ] = None
    active_percent: Annotated[
        float | None,
        Field(description="The same, of those who were enrolled at the end of that week."),
    ] = None
    registered: int | None = None
    viewed: int | None = None
    explored: int | None = None
    certified: int | None = None
    first_date: date | None = None
    last_date: date | None = None


# What pages and API alike call Verified; broad_stats_by_course counts who registered so, enrolled still or not.
# A mode that nobody has any more has no row on the last day of the course: 0, and NULL only where it is hidden.
_VERIFIED = """
select
    course_id,
    case
        when max(date) filter (mode = 'verified') = max(date)
            then arg_max_null(count, date) filter (mode = 'verified')
        else 0
    end as verified
from course_enrollment_mode_daily
where $course_id is null or course_id = $course_id
group by course_id
"""
_ENROLLED = """
with latest as (
    select course_id, min(date) as first_date, max(date) as last_date
    from course_enrollment_daily
    where $course_id is null or course_id = $course_id
    group by course_id
)

select
    latest.course_id,
    latest.first_date,
    latest.last_date,
    today.count as enrolled,
    today.cumulative_count as ever_enrolled,
    case  -- NULL is hidden, no row is nobody
        when before.course_id is null then today.count
        else today.count - before.count
    end as change_7_days
from latest
inner join course_enrollment_daily as today
    on latest.course_id = today.course_id and latest.last_date = today.date
left join course_enrollment_daily as before
    on latest.course_id = before.course_id and before.date = latest.last_date - 7
order by latest.course_id
"""
_PARTS = {
    "course_enrollment_daily": _ENROLLED,
    "course_enrollment_mode_daily": _VERIFIED,
    "broad_stats_by_course": """
select
    course_id,
    registered_sum as registered,
    viewed_sum as viewed,
    explored_sum as explored,
    certified_sum as certified
from broad_stats_by_course
where $course_id is null or course_id = $course_id
order by all
""",
    "d_course": """
select
    course_id,
    start_time as starts_at,
    end_time as ends_at,
    availability,
    pacing_type as pacing
from d_course
where $course_id is null or course_id = $course_id
order by all
""",
}


def list_courses(reader: Reader, course_id: str | None = None) -> list[CourseSummary]:
    """All courses that the reader's principal may see, or the one named, by id.

    Ids that only stray events name, in no enrolment, week, roster, content or catalogue, are left out of the list.
    """
    titles = titles_of(reader)
    found: dict[str, dict[str, Any]] = {}
    for dataset, sql in _PARTS.items():
        for row in ask(reader, dataset, sql, {"course_id": course_id}):
            found.setdefault(row["course_id"], {}).update(row)
    weeks = latest_weeks(reader)
    return [
        CourseSummary(
            **{"course_id": key}
            | {"title": title if (title := titles.get(key, key)) != key else None}
            | _last_week(weeks, key)
            | found.get(key, {})
        )
        for key in ([course_id] if course_id else titles)
    ]


def _last_week(weeks: Mapping[str, ActivityWeek] | None, course_id: str) -> dict[str, Any]:
    """Who was active in it; nobody in a course without a week, not known where no course has any."""
    if weeks is None:
        return {}
    week = weeks.get(course_id)
    if week is None:
        return {"active_last_week": 0}
    part = share(week.active, week.enrolled)
    return {"active_last_week": week.active, "active_percent": part and 100 * part}


def read_registered(reader: Reader, course_id: str) -> int | None:
    """How many registered for a course, by the tables of the platform."""
    asked = {"course_id": course_id}
    found = ask_one(reader, "broad_stats_by_course", _PARTS["broad_stats_by_course"], asked)
    return found.get("registered")


def read_course(reader: Reader, course_id: str) -> CourseSummary:
    """One course; raises HiddenError for one that is not there or not for the principal."""
    if not reader.has_course(course_id):
        raise HiddenError
    return list_courses(reader, course_id)[0]


@router.get("/courses", response_model=Listing[CourseSummary])
@rule(Rule.ACCOUNT)
def courses(
    reader: Reading,
    page: Paging,
    search: Annotated[
        str | None, Query(max_length=200, description="Part of the id or the title.")
    ] = None,
) -> Any:
    """The courses that you may see, by id."""
    items = list_courses(reader)
    if search:
        wanted = search.casefold()
        items = [it for it in items if wanted in f"{it.course_id} {it.title or ''}".casefold()]
    return answer_all(reader, CourseSummary, items, page)


@router.get("/courses/{course_id:course}")
@rule(Rule.COURSE)
def course(course_id: str, reader: Reading) -> CourseSummary:
    """One course's figures on its last day."""
    return read_course(reader, course_id)
