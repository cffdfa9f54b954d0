"""Activity of a course by week, and the engagement of its learners in it.

Enters: a reader, a course. Leaves: `ActivityWeek` rows, and the ranges that divide low, normal and high.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter

from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all
from studium.serve.web.days import AskedDays, Days, Moment

router = APIRouter(prefix="/api/v1", tags=["activity"])


@dataclass(frozen=True)
class ActivityWeek:
    """Learners who did something in a week, Monday to Monday; `enrolled` at the end of its last day."""

    interval_start: Moment
    interval_end: Moment
    active: int | None
    attempted_problem: int | None
    played_video: int | None
    posted_forum: int | None
    enrolled: int | None


@dataclass(frozen=True)
class EngagementRange:
    """What counts as low, normal or high of a metric in the last week; null is no bound."""

    start_date: date
    end_date: date
    metric: str
    range_type: str
    low_value: float | None
    high_value: float | None


@dataclass(frozen=True)
class SegmentCount:
    """Learners of a segment in the last week."""

    segment: str
    learners: int | None


# A kind without a row is nobody; one whose count is NULL is hidden, and is not 0.
_KIND = "case when count(*) filter (label = '{0}') > 0 then max(count) filter (label = '{0}') else 0 end"
# Weeks without anybody have no row in the dataset: they are 0, from the first week of the course on.
_WEEKS = """
with active_weeks as (
    select
        course_id,
        interval_start,
        {active} as active,
        {attempted_problem} as attempted_problem,
        {played_video} as played_video,
        {posted_forum} as posted_forum
    from course_activity
    where $course_id is null or course_id = $course_id
    group by course_id, interval_start
),

all_weeks as (
    select
        course_id,
        unnest(
            generate_series(
                min(interval_start),
                greatest(max(interval_start), cast($last_week as timestamp)),
                interval 7 day
            )
        ) as interval_start
    from active_weeks
    group by course_id
)

select
    all_weeks.course_id,
    all_weeks.interval_start,
    all_weeks.interval_start + interval 7 day as interval_end,
    case when active_weeks.course_id is null then 0 else active_weeks.active end as active,
    case when active_weeks.course_id is null then 0 else active_weeks.attempted_problem end
        as attempted_problem,
    case when active_weeks.course_id is null then 0 else active_weeks.played_video end
        as played_video,
    case when active_weeks.course_id is null then 0 else active_weeks.posted_forum end
        as posted_forum,
    enrollment.count as enrolled
from all_weeks
left join active_weeks
    on all_weeks.course_id = active_weeks.course_id
    and all_weeks.interval_start = active_weeks.interval_start
left join course_enrollment_daily as enrollment
    on all_weeks.course_id = enrollment.course_id
    and enrollment.date = cast(all_weeks.interval_start as date) + 6
where all_weeks.interval_start >= $start and all_weeks.interval_start < $end
order by all_weeks.course_id, all_weeks.interval_start
""".format(
    active=_KIND.format("ACTIVE"),
    attempted_problem=_KIND.format("ATTEMPTED_PROBLEM"),
    played_video=_KIND.format("PLAYED_VIDEO"),
    posted_forum=_KIND.format("POSTED_FORUM"),
)


def last_week(as_of: date | None) -> date | None:
    """The Monday of the last complete week before `as_of`: what "last week" means on pages and here."""
    return as_of and as_of - timedelta(days=as_of.weekday() + 7)


def read_activity(reader: Reader, course_id: str, days: Days | None = None) -> list[ActivityWeek]:
    """Complete weeks, oldest first, up to the last one before `as_of`; weeks without anybody are 0."""
    return read_all_activity(reader, course_id, days).get(course_id, [])


def read_all_activity(
    reader: Reader, course_id: str | None = None, days: Days | None = None
) -> dict[str, list[ActivityWeek]]:
    """The same of every course that was ever active, by id."""
    if not (reader.has("course_activity") and reader.has("course_enrollment_daily")):
        return {}
    asked = {"course_id": course_id, "last_week": last_week(reader.as_of)}
    weeks: dict[str, list[ActivityWeek]] = {}
    for row in reader.rows(_WEEKS, asked | (days or Days()).values):
        weeks.setdefault(row.pop("course_id"), []).append(ActivityWeek(**row))
    return weeks


def latest_weeks(reader: Reader) -> dict[str, ActivityWeek] | None:
    """The last complete week of every course that was ever active; None where the release knows of no activity."""
    since = last_week(reader.as_of)
    if since is None or not reader.has("course_activity"):
        return None
    found = read_all_activity(reader, None, Days(since, since + timedelta(days=1)))
    return {course_id: weeks[-1] for course_id, weeks in found.items()} or None


def read_ranges(reader: Reader, course_id: str) -> list[EngagementRange]:
    """Ranges of each metric."""
    if not reader.has("module_engagement_metric_ranges"):
        return []
    sql = (
        "select start_date, end_date, metric, range_type, low_value, high_value "
        "from module_engagement_metric_ranges where course_id = $course_id "
        "order by metric, low_value nulls last"
    )
    return [EngagementRange(**row) for row in reader.rows(sql, {"course_id": course_id})]


def read_segments(reader: Reader, course_id: str) -> list[SegmentCount]:
    """How many learners each segment has; needs a role that reads learners."""
    if not reader.has("learner_segments"):
        return []
    sql = (
        "select segment, count(distinct username) as learners from learner_segments "
        "where course_id = $course_id group by segment order by segment"
    )
    rows = reader.suppress(reader.rows(sql, {"course_id": course_id}), "learners")
    return [SegmentCount(**row) for row in rows]


@router.get("/courses/{course_id:course}/activity", response_model=Listing[ActivityWeek])
@rule(Rule.COURSE)
def activity(course_id: str, reader: Reading, page: Paging, days: AskedDays) -> Any:
    """Active learners of each complete week up to the last before `as_of`, by what they did; 0 where nobody came."""
    return answer_all(reader, ActivityWeek, read_activity(reader, course_id, days), page)


@router.get("/courses/{course_id:course}/engagement", response_model=Listing[EngagementRange])
@rule(Rule.COURSE)
def engagement(course_id: str, reader: Reading, page: Paging) -> Any:
    """What counts as low, normal and high engagement in the last week."""
    return answer_all(reader, EngagementRange, read_ranges(reader, course_id), page)


@router.get("/courses/{course_id:course}/segments", response_model=Listing[SegmentCount])
@rule(Rule.LEARNERS)
def segments(course_id: str, reader: Reading, page: Paging) -> Any:
    """Learners who are highly engaged, struggling or disengaging."""
    return answer_all(reader, SegmentCount, read_segments(reader, course_id), page)
