"""One learner of a course: their figures, and their days.

Enters: a reader, a course, a name or pseudonym. Leaves: a `Learner`, and `LearnerDay` rows.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter

from studium.serve.asking import ask, ask_one
from studium.serve.courses.learners.answers import Learner, find_learner
from studium.serve.courses.videos.answers import places_of
from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all
from studium.serve.web.days import Moment

router = APIRouter(prefix="/api/v1", tags=["learners"])


@dataclass(frozen=True)
class LearnerDay:
    """A day on which a learner did something in the course; checks are the server's."""

    date: date
    events: int | None
    videos: int | None
    problem_checks: int | None
    forum: int | None
    forum_posts: int | None
    minutes: float | None


@dataclass(frozen=True)
class LearnerProblem:
    """A problem that a learner answered, beside the average of all who did."""

    problem_id: str
    name: str | None
    attempts: int | None
    percent: float | None
    mean_percent: float | None
    answered_at: Moment | None


@dataclass(frozen=True)
class LearnerVideo:
    """A video that a learner watched."""

    video_id: str
    name: str | None
    viewings: int | None
    unique_seconds: float | None
    watched_seconds: float | None
    last_watched_at: Moment | None


_DAYS = """
with checked as (
    {checked}
)

select
    day.date,
    day.nevents as events,
    day.nvideo as videos,
    {checks} as problem_checks,
    day.nforum as forum,
    day.nforum_posts as forum_posts,
    round(day.sum_dt / 60, 1) as minutes
from person_course_day as day
left join checked on day.date = checked.date
where day.course_id = $course_id and day.username = $username
order by day.date
"""
# The server's: person_course_day counts what the browser says of the same answer too.
_CHECKS = """
select date, count(*) as checks
from problem_check
where course_id = $course_id and username = $username
group by date
"""
_NO_CHECKS = "select cast(null as date) as date, cast(null as bigint) as checks where false"
_PROBLEMS = """
select
    problem.problem_id,
    problem.problem_name as name,
    person.n_attempts as attempts,
    person.problem_pct_score as percent,
    problem.avg_problem_pct_score as mean_percent,
    person.date as answered_at
from person_problem as person
inner join course_problem as problem
    on person.course_id = problem.course_id and person.problem_nid = problem.problem_nid
where person.course_id = $course_id and person.user_id = $user_id
order by problem.problem_nid
"""
_VIDEOS = """
select
    video.encoded_module_id as video_id,
    places.name,
    person.viewings,
    person.unique_seconds,
    person.watched_seconds,
    person.last_watched_at
from person_video as person
inner join video on person.pipeline_video_id = video.pipeline_video_id
left join places on person.pipeline_video_id = places.pipeline_video_id
where person.course_id = $course_id and person.username = $username
order by places.index_video nulls last, video_id
"""
_PROFILE = """
select mode, start_time, countryLabel, YoB, LoE, gender, language
from person_course
where course_id = $course_id and username = $username
"""
_PERSONAL = ("countryLabel", "YoB", "LoE", "gender", "language")


def read_learner(reader: Reader, course_id: str, username: str) -> Learner:
    """One learner; raises HiddenError for one that is not in the course."""
    found = find_learner(reader, course_id, username)
    if found is None:
        raise HiddenError
    return found


def read_days(reader: Reader, course_id: str, username: str) -> list[LearnerDay]:
    """The days of a learner on which something happened."""
    has_checks = reader.has("problem_check")
    sql = _DAYS.format(
        checked=_CHECKS if has_checks else _NO_CHECKS,
        checks="coalesce(checked.checks, 0)" if has_checks else "null",
    )
    asked = {"course_id": course_id, "username": username}
    return [LearnerDay(**row) for row in ask(reader, "person_course_day", sql, asked)]


def read_profile(reader: Reader, course_id: str, username: str) -> dict[str, Any]:
    """What the person told of themselves; columns that the role does not see are absent."""
    seen = set(reader.columns_of("person_course")) if reader.has("person_course") else set()
    hidden = [name for name in _PERSONAL if name not in seen]
    sql = _PROFILE
    for name in hidden:
        sql = sql.replace(f", {name}", "")
    return ask_one(reader, "person_course", sql, {"course_id": course_id, "username": username})


def read_problems(reader: Reader, course_id: str, user_id: Any) -> list[LearnerProblem]:
    """Problems that a learner answered, in the order of the course."""
    asked = {"course_id": course_id, "user_id": user_id}
    rows = ask(reader, "person_problem course_problem", _PROBLEMS, asked)
    return [LearnerProblem(**row) for row in rows]


def read_videos(reader: Reader, course_id: str, username: str) -> list[LearnerVideo]:
    """Videos that a learner watched, in the order of the course."""
    asked = {"course_id": course_id, "username": username}
    sql = f"with places as ({places_of(reader)}) {_VIDEOS}"
    rows = ask(reader, "person_video video", sql, asked)
    return [LearnerVideo(**row) for row in rows]


@router.get(
    "/courses/{course_id:course}/learners/{username:path}/days", response_model=Listing[LearnerDay]
)
@rule(Rule.LEARNERS)
def learner_days(course_id: str, username: str, reader: Reading, page: Paging) -> Any:
    """What a learner did on each day."""
    read_learner(reader, course_id, username)
    return answer_all(reader, LearnerDay, read_days(reader, course_id, username), page)


@router.get(
    "/courses/{course_id:course}/learners/{username:path}/problems",
    response_model=Listing[LearnerProblem],
)
@rule(Rule.LEARNERS)
def learner_problems(course_id: str, username: str, reader: Reading, page: Paging) -> Any:
    """Problems that a learner answered."""
    person = read_learner(reader, course_id, username)
    return answer_all(
        reader, LearnerProblem, read_problems(reader, course_id, person.user_id), page
    )


@router.get(
    "/courses/{course_id:course}/learners/{username:path}/videos",
    response_model=Listing[LearnerVideo],
)
@rule(Rule.LEARNERS)
def learner_videos(course_id: str, username: str, reader: Reading, page: Paging) -> Any:
    """Videos that a learner watched."""
    read_learner(reader, course_id, username)
    return answer_all(reader, LearnerVideo, read_videos(reader, course_id, username), page)


@router.get("/courses/{course_id:course}/learners/{username:path}")
@rule(Rule.LEARNERS)
def learner(course_id: str, username: str, reader: Reading) -> Learner:
    """One learner of the course."""
    return read_learner(reader, course_id, username)
