"""Problems of a course: attempts, scores, how they go with the others, and the answers that were given.

Enters: a reader, a course, a problem. Leaves: `ProblemSummary` and `AnswerCount` rows.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from studium.serve.asking import ask
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["problems"])


@dataclass(frozen=True)
class ProblemSummary:
    """A problem; scores are means over the learners who answered, correlations and alpha those of item statistics.

    `difficulty` is the mean over the boundaries of its score, `difficulty_error` at most its standard error;
    an estimate whose error is unknown or above 1 is null.
    """

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
    first_attempt_learners: int | None = None
    first_attempt_correct_percent: float | None = None
    item_test: float | None = None
    item_rest: float | None = None
    alpha_without: float | None = None
    discrimination: float | None = None
    discrimination_error: float | None = None
    difficulty: float | None = None
    difficulty_error: float | None = None


@dataclass(frozen=True)
class Boundary:
    """What an item tells at one boundary of its score: at least `cutnum` points against fewer."""

    problem_nid: int
    cutnum: int
    difficulty: float | None
    difficulty_error: float | None
    discrimination: float | None
    discrimination_error: float | None


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
_FIRST = """
select
    problem_nid,
    n_users_attempted as first_attempt_learners,
    pct_correct_first_attempt as first_attempt_correct_percent
from problem_first_attempt_correct
where course_id = $course_id
order by problem_nid
"""
_RELIABILITIES = """
select problem_nid, item_test, item_rest, alpha as alpha_without
from item_reliabilities
where course_id = $course_id
order by problem_nid
"""
_MOST_ERROR = 1.0  # a standard deviation of the learners: what is known less well is not told
# Estimates of boundaries go together; the mean of their errors is the most that the error of their mean can be.
_DIFFICULTIES = f"""
with items as (
    select
        problem_nid,
        max(irt_disc) as discrimination,
        max(disc_se) as discrimination_error,
        avg(irt_diff) as difficulty,
        avg(diff_se) as difficulty_error
    from item_irt_grm
    where course_id = $course_id
    group by problem_nid
)

select
    problem_nid,
    case when discrimination_error <= {_MOST_ERROR} then discrimination end as discrimination,
    discrimination_error,
    case when difficulty_error <= {_MOST_ERROR} then difficulty end as difficulty,
    difficulty_error
from items
order by problem_nid
"""
_MORE = {
    "problem_first_attempt_correct.n_users_attempted": _FIRST,
    "item_reliabilities": _RELIABILITIES,
    "item_irt_grm": _DIFFICULTIES,
}
_BOUNDARIES = """
select
    problem_nid,
    cutnum,
    irt_diff as difficulty,
    diff_se as difficulty_error,
    irt_disc as discrimination,
    disc_se as discrimination_error
from item_irt_grm
where course_id = $course_id
order by problem_nid, cutnum
"""
# Content is of the course structure, who used it is of courseware_studentmodule.
_LANDED = """
select 1 as has_both
from course_axis as axis
inner join stats_module_usage as usage on axis.course_id = usage.course_id
where axis.course_id = $course_id
limit 1
"""


def list_problems(reader: Reader, course_id: str) -> list[ProblemSummary]:
    """Problems that somebody answered, in the order of the course; empty where there was no data package."""
    values = {"course_id": course_id}
    more: dict[int, dict[str, Any]] = {}
    for dataset, sql in _MORE.items():
        for row in ask(reader, dataset, sql, values):
            more.setdefault(row.pop("problem_nid"), {}).update(row)
    rows = ask(reader, "course_problem course_item", _PROBLEMS, values)
    return [ProblemSummary(**(row | more.get(row["position"], {}))) for row in rows]


def list_boundaries(reader: Reader, course_id: str) -> list[Boundary]:
    """Boundaries of all items, in the order of the course."""
    rows = ask(reader, "item_irt_grm", _BOUNDARIES, {"course_id": course_id})
    return [Boundary(**row) for row in rows]


def is_landed(reader: Reader, course_id: str) -> bool:
    """Whether both tables that problems are made from have landed for the course."""
    asked = {"course_id": course_id}
    return bool(ask(reader, "course_axis stats_module_usage", _LANDED, asked))


@router.get("/courses/{course_id:course}/problems", response_model=Listing[ProblemSummary])
@rule(Rule.COURSE)
def problems(course_id: str, reader: Reading, page: Paging) -> Any:
    """Problems with attempts and item statistics, in the order of the course."""
    return answer_all(reader, ProblemSummary, list_problems(reader, course_id), page)
