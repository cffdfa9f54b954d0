"""One learner of a course: their figures, and their days.

Enters: a reader, a course, a name or pseudonym. Leaves: a `Learner`, and `LearnerDay` rows.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter

from studium.serve.courses.learners.answers import Learner, find_learner
from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["learners"])


@dataclass(frozen=True)
class LearnerDay:
    """A day on which a learner did something in the course."""

    date: date
    events: int | None
    videos: int | None
    problem_checks: int | None
    forum_posts: int | None
    minutes: float | None


_DAYS = """
select
    date,
    nevents as events,
    nvideo as videos,
    nproblem_check as problem_checks,
    nforum_posts as forum_posts,
    round(sum_dt / 60, 1) as minutes
from person_course_day
where course_id = $course_id and username = $username
order by date
"""


def read_learner(reader: Reader, course_id: str, username: str) -> Learner:
    """One learner; raises HiddenError for one that is not in the course."""
    found = find_learner(reader, course_id, username)
    if found is None:
        raise HiddenError
    return found


def read_days(reader: Reader, course_id: str, username: str) -> list[LearnerDay]:
    """The days of a learner on which something happened."""
    if not reader.has("person_course_day"):
        return []
    rows = reader.rows(_DAYS, {"course_id": course_id, "username": username})
    return [LearnerDay(**row) for row in rows]


@router.get(
    "/courses/{course_id:course}/learners/{username:path}/days", response_model=Listing[LearnerDay]
)
@rule(Rule.LEARNERS)
def learner_days(course_id: str, username: str, reader: Reading, page: Paging) -> Any:
    """What a learner did on each day."""
    read_learner(reader, course_id, username)
    return answer_all(reader, LearnerDay, read_days(reader, course_id, username), page)


@router.get("/courses/{course_id:course}/learners/{username:path}")
@rule(Rule.LEARNERS)
def learner(course_id: str, username: str, reader: Reading) -> Learner:
    """One learner of the course."""
    return read_learner(reader, course_id, username)
