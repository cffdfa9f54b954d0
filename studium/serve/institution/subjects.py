"""Subject areas: active learners and engagement by month, take rates of certificates.

Enters: a reader. Leaves: `SubjectMonth` and `SubjectRates` rows; empty without a course catalogue.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["institution"])


@dataclass(frozen=True)
class SubjectMonth:
    """A subject in a month; a learner counts once per subject, `active_percent` is of all active learners."""

    month: date
    subject_id: str
    subject_title: str | None
    active_courses: int | None
    active_learners: int | None
    active_percent: float | None
    problem_attempts_per_learner: float | None
    video_plays_per_learner: float | None
    forum_posts_per_learner: float | None
    is_complete: bool | None


@dataclass(frozen=True)
class SubjectRates:
    """How many of a subject's registrations were verified, and how many led to a certificate."""

    subject_id: str
    subject_title: str | None
    courses: int | None
    learners: int | None
    registrations: int | None
    verified_registrations: int | None
    certificates: int | None
    verified_percent: float | None
    certificate_percent: float | None


_MONTHS = """
select
    activity.month,
    activity.subject_id,
    activity.subject_title,
    activity.active_courses,
    activity.active_learners,
    activity.active_percent,
    engagement.problem_attempts_per_learner,
    engagement.video_plays_per_learner,
    engagement.forum_posts_per_learner,
    activity.is_complete
from subject_activity_monthly as activity
left join subject_engagement_monthly as engagement
    on activity.month = engagement.month and activity.subject_id = engagement.subject_id
where $subject_id is null or activity.subject_id = $subject_id
order by activity.month, activity.subject_id
"""


def list_months(reader: Reader, subject_id: str | None = None) -> list[SubjectMonth]:
    """Subjects by month, oldest first."""
    if not (reader.has("subject_activity_monthly") and reader.has("subject_engagement_monthly")):
        return []
    return [SubjectMonth(**row) for row in reader.rows(_MONTHS, {"subject_id": subject_id})]


def list_rates(reader: Reader) -> list[SubjectRates]:
    """Take rates of each subject."""
    if not reader.has("subject_take_rates"):
        return []
    rows = reader.rows(
        "select subject_id, subject_title, courses, learners, registrations, verified_registrations, "
        "certificates, verified_percent, certificate_percent from subject_take_rates order by subject_id"
    )
    return [SubjectRates(**row) for row in rows]


@router.get("/subjects", response_model=Listing[SubjectRates])
@rule(Rule.INSTITUTION)
def subjects(reader: Reading, page: Paging) -> Any:
    """Subjects with their take rates of verified registrations and certificates."""
    return answer_all(reader, SubjectRates, list_rates(reader), page)


@router.get("/subjects/months", response_model=Listing[SubjectMonth])
@rule(Rule.INSTITUTION)
def subject_months(
    reader: Reading,
    page: Paging,
    subject_id: Annotated[str | None, Query(max_length=255)] = None,
) -> Any:
    """Active learners and engagement of each subject by month."""
    return answer_all(reader, SubjectMonth, list_months(reader, subject_id), page)
