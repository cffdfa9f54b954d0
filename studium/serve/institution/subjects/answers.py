"""Subject areas: active learners by month, what they do, take rates of the verified track and of certificates.

Enters: a reader. Leaves: `SubjectMonth`, `SubjectEngagement` and `SubjectRates` rows; empty without a course catalogue.
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
class SubjectEngagement:
    """What an active learner of a subject does in a month, over all months.

    `…_times_mean` compares with the active learners of all subjects together: 1 is as much as they do.
    A learner who is active in three months counts as three `learner_months`.
    """

    subject_id: str
    subject_title: str | None
    learner_months: int | None
    problem_attempts: int | None
    video_plays: int | None
    forum_posts: int | None
    problem_attempts_per_learner: float | None
    video_plays_per_learner: float | None
    forum_posts_per_learner: float | None
    problem_attempts_times_mean: float | None
    video_plays_times_mean: float | None
    forum_posts_times_mean: float | None


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
    verified_certificates: int | None
    verified_percent: float | None
    certificate_percent: float | None
    verified_certificate_percent: float | None


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
# Months whose counts are hidden are left out of a subject as a whole: learners and what they did.
_ENGAGEMENT = """
with subjects as (
    select
        subject_id,
        min(subject_title) as subject_title,
        sum(active_learners) as learner_months,
        sum(problem_attempts) as problem_attempts,
        sum(video_plays) as video_plays,
        sum(forum_posts) as forum_posts
    from subject_engagement_monthly
    where active_learners is not null
    group by subject_id
),

each as (
    select
        *,
        problem_attempts / nullif(learner_months, 0) as problem_attempts_per_learner,
        video_plays / nullif(learner_months, 0) as video_plays_per_learner,
        forum_posts / nullif(learner_months, 0) as forum_posts_per_learner
    from subjects
),

means as (
    select
        sum(problem_attempts) / nullif(sum(learner_months), 0) as problem_attempts_mean,
        sum(video_plays) / nullif(sum(learner_months), 0) as video_plays_mean,
        sum(forum_posts) / nullif(sum(learner_months), 0) as forum_posts_mean
    from subjects
)

select
    each.*,
    problem_attempts_per_learner / nullif(problem_attempts_mean, 0) as problem_attempts_times_mean,
    video_plays_per_learner / nullif(video_plays_mean, 0) as video_plays_times_mean,
    forum_posts_per_learner / nullif(forum_posts_mean, 0) as forum_posts_times_mean
from each
cross join means
order by learner_months desc, subject_id
"""
_RATES = """
select
    subject_id, subject_title, courses, learners, registrations, verified_registrations, certificates,
    verified_certificates, verified_percent, certificate_percent, verified_certificate_percent
from subject_take_rates
order by registrations desc nulls last, subject_id
"""


def list_months(reader: Reader, subject_id: str | None = None) -> list[SubjectMonth]:
    """Subjects by month, oldest first."""
    if not (reader.has("subject_activity_monthly") and reader.has("subject_engagement_monthly")):
        return []
    return [SubjectMonth(**row) for row in reader.rows(_MONTHS, {"subject_id": subject_id})]


def list_engagement(reader: Reader) -> list[SubjectEngagement]:
    """What learners of each subject do, the subjects with most active learners first."""
    if not reader.has("subject_engagement_monthly"):
        return []
    return [SubjectEngagement(**row) for row in reader.rows(_ENGAGEMENT)]


def list_rates(reader: Reader) -> list[SubjectRates]:
    """Take rates of each subject, those with most registrations first."""
    if not reader.has("subject_take_rates"):
        return []
    return [SubjectRates(**row) for row in reader.rows(_RATES)]


@router.get("/subjects", response_model=Listing[SubjectRates])
@rule(Rule.INSTITUTION)
def subjects(reader: Reading, page: Paging) -> Any:
    """Subjects with their take rates of verified registrations and certificates."""
    return answer_all(reader, SubjectRates, list_rates(reader), page)


@router.get("/subjects/engagement", response_model=Listing[SubjectEngagement])
@rule(Rule.INSTITUTION)
def subject_engagement(reader: Reading, page: Paging) -> Any:
    """Problem attempts, video plays and forum posts of each subject, by active learner and beside all subjects."""
    return answer_all(reader, SubjectEngagement, list_engagement(reader), page)


@router.get("/subjects/months", response_model=Listing[SubjectMonth])
@rule(Rule.INSTITUTION)
def subject_months(
    reader: Reading,
    page: Paging,
    subject_id: Annotated[str | None, Query(max_length=255)] = None,
) -> Any:
    """Active learners and engagement of each subject by month."""
    return answer_all(reader, SubjectMonth, list_months(reader, subject_id), page)
