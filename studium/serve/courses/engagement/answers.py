"""Activity of a course by week, and the engagement of its learners in it.

Enters: a reader, a course. Leaves: `ActivityWeek` rows, and the ranges that divide low, normal and high.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter

from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all
from studium.serve.web.days import AskedDays, Days, Moment

router = APIRouter(prefix="/api/v1", tags=["activity"])


@dataclass(frozen=True)
class ActivityWeek:
    """Learners who did something in a week, Monday to Monday; `enrolled` on its last day that is known."""

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


_WEEKS = """
with weeks as (
    select
        interval_start,
        interval_end,
        max(count) filter (label = 'ACTIVE') as active,
        max(count) filter (label = 'ATTEMPTED_PROBLEM') as attempted_problem,
        max(count) filter (label = 'PLAYED_VIDEO') as played_video,
        max(count) filter (label = 'POSTED_FORUM') as posted_forum
    from course_activity
    where course_id = $course_id and interval_start >= $start and interval_start < $end
    group by interval_start, interval_end
)

select
    weeks.*,
    (
        select arg_max_null(count, date)
        from course_enrollment_daily
        where course_id = $course_id and date >= weeks.interval_start and date < weeks.interval_end
    ) as enrolled
from weeks
order by interval_start
"""


def read_activity(reader: Reader, course_id: str, days: Days | None = None) -> list[ActivityWeek]:
    """Complete weeks, oldest first."""
    if not (reader.has("course_activity") and reader.has("course_enrollment_daily")):
        return []
    rows = reader.rows(_WEEKS, {"course_id": course_id, **(days or Days()).values})
    return [ActivityWeek(**row) for row in rows]


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
    """Active learners of each complete week, by what they did."""
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
