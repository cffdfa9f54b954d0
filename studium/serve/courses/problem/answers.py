"""One problem: its figures, and the answers that were given.

Enters: a reader, a course, a problem. Leaves: its `ProblemSummary`, and `AnswerCount` rows.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

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


@router.get("/courses/{course_id:course}/problems/{problem_id:path}")
@rule(Rule.COURSE)
def problem(course_id: str, problem_id: str, reader: Reading) -> ProblemSummary:
    """One problem."""
    return read_problem(reader, course_id, problem_id)
