"""Problems of a course: attempts, scores, how they go with the others, and the answers that were given.

Enters: a reader, a course, a problem. Leaves: `ProblemSummary` and `AnswerCount` rows.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["problems"])


@dataclass(frozen=True)
class ProblemSummary:
    """A problem; scores are means over the learners who answered, correlations and alpha those of item statistics."""

    problem_id: str
    short_id: str | None
    name: str | None
    chapter: str | None
    assignment_type: str | None
    position: int
    learners: int | None
    mean_score: float | None
    mean_percent: float | None
    most_points: float | None
    first_attempt_correct_percent: float | None = None
    item_test: float | None = None
    item_rest: float | None = None
    alpha_without: float | None = None
    discrimination: float | None = None
    difficulty: float | None = None


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


_PROBLEMS = """
select
    problem.problem_id,
    problem.problem_short_id as short_id,
    problem.problem_name as name,
    place.chapter,
    place.assignment_type,
    problem.problem_nid as position,
    problem.n_unique_users_attempted as learners,
    problem.avg_problem_raw_score as mean_score,
    problem.avg_problem_pct_score as mean_percent,
    problem.max_possible_raw_score as most_points
from course_problem as problem
left join (
    select
        problem_nid,
        min(chapter_name) as chapter,
        min(assignment_type) as assignment_type
    from course_item
    where course_id = $course_id
    group by problem_nid
) as place using (problem_nid)
where problem.course_id = $course_id
order by problem.problem_nid
"""
_MORE = {
    "problem_first_attempt_correct": (
        "select problem_nid, 100.0 * sum(n_first_attempt_correct_by_explored) "
        "/ nullif(sum(n_explored_users_attempted), 0) as first_attempt_correct_percent "
        "from problem_first_attempt_correct where course_id = $course_id group by problem_nid"
    ),
    "item_reliabilities": (
        "select problem_nid, item_test, item_rest, alpha as alpha_without "
        "from item_reliabilities where course_id = $course_id"
    ),
    "item_irt_grm": (
        "select problem_nid, max(irt_disc) as discrimination, avg(irt_diff) as difficulty "
        "from item_irt_grm where course_id = $course_id group by problem_nid"
    ),
}
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


def list_problems(reader: Reader, course_id: str) -> list[ProblemSummary]:
    """Problems that somebody answered, in the order of the course; empty where there was no data package."""
    if not (reader.has("course_problem") and reader.has("course_item")):
        return []
    values = {"course_id": course_id}
    more: dict[int, dict[str, Any]] = {}
    for dataset, sql in _MORE.items():
        if reader.has(dataset):
            for row in reader.rows(sql, values):
                more.setdefault(row.pop("problem_nid"), {}).update(row)
    rows = reader.rows(_PROBLEMS, values)
    return [ProblemSummary(**(row | more.get(row["position"], {}))) for row in rows]


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


@router.get("/courses/{course_id:course}/problems", response_model=Listing[ProblemSummary])
@rule(Rule.COURSE)
def problems(course_id: str, reader: Reading, page: Paging) -> Any:
    """Problems with attempts and item statistics, in the order of the course."""
    return answer_all(reader, ProblemSummary, list_problems(reader, course_id), page)


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
