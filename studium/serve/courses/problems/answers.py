"""Problems of a course: attempts, scores, how they go with the others, and the answers that were given.

Enters: a reader, a course, a problem. Leaves: `ProblemSummary` and `AnswerCount` rows.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
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


@router.get("/courses/{course_id:course}/problems", response_model=Listing[ProblemSummary])
@rule(Rule.COURSE)
def problems(course_id: str, reader: Reading, page: Paging) -> Any:
    """Problems with attempts and item statistics, in the order of the course."""
    return answer_all(reader, ProblemSummary, list_problems(reader, course_id), page)
