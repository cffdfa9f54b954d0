"""One problem: its figures, and the answers that were given.

Enters: a reader, a course, a problem. Leaves: its `ProblemSummary`, and `AnswerCount` rows.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from studium.serve.asking import ask
from studium.serve.courses.problems.answers import ProblemSummary, list_problems
from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["problems"])


@dataclass(frozen=True)
class AnswerCount:
    """An answer of a part of a problem: how many learners gave it first, and how many last."""

    module_id: str
    part_id: str
    is_correct: bool | None
    value_id: str | None
    answer: str | None
    variant: int | None
    first_response_count: int | None
    last_response_count: int | None
    problem_name: str | None
    question: str | None


@dataclass(frozen=True)
class AttemptCounts:
    """Learners who tried that often (ten: ten or more), and those of them who were right in the end."""

    attempts: int
    learners: int | None
    right_learners: int | None


@dataclass(frozen=True)
class StandingAnswer:
    """An answer that stands in a field of the problem, as states of learners have it."""

    answer_id: str
    response: str | None
    correctness: str | None
    learners: int | None


MOST_TRIES = 10
_ATTEMPTS = """
select
    least(n_attempts, $most) as attempts,
    count(*) as learners,
    count(*) filter (where problem_pct_score = 100) as right_learners
from person_problem
where course_id = $course_id and problem_nid = $problem_nid and n_attempts > 0
group by 1
order by 1
"""
_STANDING = """
select answer_id, response, correctness, count(*) as learners
from problem_analysis
where course_id = $course_id and problem_url_name = $problem_id
group by answer_id, response, correctness
order by answer_id, learners desc, response
"""
_ANSWERS = """
select
    module_id,
    part_id,
    cast(correct as boolean) as is_correct,
    value_id,
    answer_value_text as answer,
    variant,
    first_response_count,
    last_response_count,
    problem_display_name as problem_name,
    question_text as question
from answer_distribution
where course_id = $course_id
    and (module_id = $problem_id or regexp_extract(module_id, '[^@/]+$') = $problem_id)
order by part_id, last_response_count desc nulls last, answer, value_id, variant
"""


def read_problem(reader: Reader, course_id: str, problem_id: str) -> ProblemSummary:
    """One problem; raises HiddenError for one that nobody answered or that is not there."""
    found = [it for it in list_problems(reader, course_id) if it.problem_id == problem_id]
    if not found:
        raise HiddenError
    return found[0]


def read_answers(reader: Reader, course_id: str, problem_id: str) -> list[AnswerCount]:
    """Answers by part, the most given last answers first; `problem_id` is a url_name or a whole module id."""
    if not reader.has("answer_distribution"):
        return []
    rows = reader.rows(_ANSWERS, {"course_id": course_id, "problem_id": problem_id})
    return [AnswerCount(**row) for row in rows]


def read_attempts(reader: Reader, course_id: str, problem_nid: int) -> list[AttemptCounts]:
    """Learners by the number of their attempts, the last row for ten and more; needs a role that reads learners."""
    asked = {"course_id": course_id, "problem_nid": problem_nid, "most": MOST_TRIES}
    rows = ask(reader, "person_problem", _ATTEMPTS, asked)
    shown = reader.suppress(rows, "learners", measures=["right_learners"])
    return [AttemptCounts(**row) for row in shown]


def read_standing_answers(reader: Reader, course_id: str, problem_id: str) -> list[StandingAnswer]:
    """The answers that learners left standing, by field, the most frequent first."""
    asked = {"course_id": course_id, "problem_id": problem_id}
    rows = ask(reader, "problem_analysis.response", _STANDING, asked)
    shown = reader.suppress(rows, "learners", within=["answer_id"], measures=["response"])
    return [StandingAnswer(**row) for row in shown]


@router.get(
    "/courses/{course_id:course}/problems/{problem_id:path}/distribution",
    response_model=Listing[AnswerCount],
)
@rule(Rule.COURSE)
def distribution(course_id: str, problem_id: str, reader: Reading, page: Paging) -> Any:
    """Answers that learners gave, first and last."""
    rows = read_answers(reader, course_id, problem_id)
    if not rows:
        read_problem(reader, course_id, problem_id)
    return answer_all(reader, AnswerCount, rows, page)


@router.get(
    "/courses/{course_id:course}/problems/{problem_id:path}/attempts",
    response_model=Listing[AttemptCounts],
)
@rule(Rule.LEARNERS)
def attempts(course_id: str, problem_id: str, reader: Reading, page: Paging) -> Any:
    """Learners by the number of their attempts."""
    position = read_problem(reader, course_id, problem_id).position
    return answer_all(reader, AttemptCounts, read_attempts(reader, course_id, position), page)


@router.get(
    "/courses/{course_id:course}/problems/{problem_id:path}/answers",
    response_model=Listing[StandingAnswer],
)
@rule(Rule.LEARNERS)
def answers(course_id: str, problem_id: str, reader: Reading, page: Paging) -> Any:
    """The answers that learners left standing."""
    read_problem(reader, course_id, problem_id)
    rows = read_standing_answers(reader, course_id, problem_id)
    return answer_all(reader, StandingAnswer, rows, page)


@router.get("/courses/{course_id:course}/problems/{problem_id:path}")
@rule(Rule.COURSE)
def problem(course_id: str, problem_id: str, reader: Reading) -> ProblemSummary:
    """One problem."""
    return read_problem(reader, course_id, problem_id)
