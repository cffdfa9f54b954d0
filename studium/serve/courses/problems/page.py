"""The problems of a course: how many try, how many are right, what each item tells; one problem in depth.

Enters: the key of a course, maybe of a problem. Leaves: the page of all and the page of one.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.courses.heading import Heading, heading_of, show_course
from studium.serve.courses.problems.answers import is_landed, list_problems
from studium.serve.drawing.charts import Chart
from studium.serve.drawing.navigation import Tab
from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, people, percent, share
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
TAB = Tab("Problems", Rule.COURSE, 5)

_COLUMNS = (
    Column("name", "Problem", link="address", under="place"),
    Column("assignment_type", "Assignment"),
    Column("learners", "Learners", "count"),
    Column("score", "Average score", "percent", bar=True, of="learners"),
    Column("first_attempt_learners", "Who tried", "count"),
    Column("first_right", "Right at once", "percent", of="first_attempt_learners"),
    Column("item_rest", "Item–rest", "decimal"),
    Column("difficulty", "Difficulty", "decimal"),
    Column("difficulty_error", "Its error", "decimal"),
    Column("discrimination", "Discrimination", "decimal"),
    Column("discrimination_error", "Its error", "decimal"),
)
_SOURCES = (
    "course_problem.n_unique_users_attempted",
    "course_problem.avg_problem_pct_score",
    "problem_first_attempt_correct.pct_correct_first_attempt",
    "item_reliabilities.item_rest",
    "item_irt_grm.irt_diff",
    "item_irt_grm.irt_disc",
)
_EMPTY = "No problem of this course has more than five answers."
_UNLANDED = (
    "Problems are listed once a data package of this course has landed, with its course structure and "
    "courseware_studentmodule: the release has its logs alone or lacks one of the two."
)


@router.get("/courses/{course_id:course}/problems", include_in_schema=False)
@rule(Rule.COURSE)
def problems_page(request: Request, course_id: str, reader: Reading) -> Response:
    """All problems in the order of the course."""
    heading = heading_of(reader, course_id)
    problems = problem_rows(reader, heading)
    has_landed = bool(problems) or is_landed(reader, course_id)
    empty = _EMPTY if has_landed else _UNLANDED
    known = len(problems) if has_landed else None
    scores = [row["score"] for row in problems if row["score"] is not None]
    numbers = figures(
        ("Problems with answers", count(known)),
        (
            "Average score",
            percent(sum(scores) / len(scores) if scores else None),
            "mean of problems",
        ),
        ("Hardest", percent(min(scores, default=None)), "lowest average score"),
        ("Easiest", percent(max(scores, default=None)), "highest average score"),
    )
    table = Table("problems", "All problems", _COLUMNS, problems, empty, _SOURCES)
    page = Page(
        "courses/problems/page.html",
        "Problems",
        "courses",
        f"{people(known, 'problem')} with answers.",
        charts=(_score_chart(problems, empty), _attempted_chart(problems, empty)),
        tables=(table,),
        content={"figures": numbers},
    )
    return show_course(request, reader, heading, "problems", page)


def problem_rows(reader: Reader, heading: Heading) -> list[dict[str, Any]]:
    """Problems with items, in the order of the course, with what is known of each."""
    return [
        vars(it)
        | {
            "name": it.name or it.problem_id,
            "score": share(it.mean_percent, 100),
            "first_right": share(it.first_attempt_correct_percent, 100),
            "place": " · ".join(filter(None, [it.chapter, it.short_id])),
            "address": heading.to("problems", it.problem_id),
        }
        for it in list_problems(reader, heading.course_id)
    ]


def _score_chart(problems: list[dict[str, Any]], empty: str) -> Chart:
    table = Table(
        "scores",
        "Average score of each problem",
        (
            Column("name", "Problem", link="address"),
            Column("learners", "Learners", "count"),
            Column("score", "Average score", "percent", of="learners"),
            Column("first_attempt_learners", "Who tried", "count"),
            Column("first_right", "Right at once", "percent", of="first_attempt_learners"),
        ),
        problems,
        empty,
        _SOURCES[1:3],
    )
    known = [row for row in problems if row["score"] is not None]
    finding = ""
    if known:
        hard = min(known, key=lambda row: row["score"])
        finding = (
            f"In the order of the course. Hardest: {hard['name']}, {percent(hard['score'])}"
            f" of {people(hard['learners'])}."
        )
    return Chart(table, "bars", "name", ("score", "first_right"), finding, options={"most": 1})


def _attempted_chart(problems: list[dict[str, Any]], empty: str) -> Chart:
    table = Table(
        "attempted",
        "How many learners try each problem",
        (Column("name", "Problem", link="address"), Column("learners", "Learners", "count")),
        problems,
        empty,
        _SOURCES[:1],
    )
    return Chart(table, "bars", "name", ("learners",), "In the order of the course.", "low")
