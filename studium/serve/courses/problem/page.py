"""One problem in depth: how often learners try it, what they answer, what the item tells.

Enters: the keys of a course and of a problem. Leaves: the page at `/courses/{course_id}/problems/{problem_id}`.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.courses.heading import heading_of, show_course
from studium.serve.courses.problem.charts import answer_charts, attempt_rows
from studium.serve.courses.problems.answers import list_boundaries
from studium.serve.courses.problems.page import problem_rows
from studium.serve.drawing.charts import Chart
from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, decimal, people, percent, share, total
from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Reading

router = APIRouter()

_ESTIMATES = ("difficulty", "difficulty_error", "discrimination", "discrimination_error")


@router.get("/courses/{course_id:course}/problems/{problem_id}", include_in_schema=False)
@rule(Rule.COURSE)
def problem_page(request: Request, course_id: str, problem_id: str, reader: Reading) -> Response:
    """One problem: attempts, answers, statistics."""
    heading = heading_of(reader, course_id)
    problems = problem_rows(reader, heading)
    at = next((n for n, row in enumerate(problems) if row["problem_id"] == problem_id), None)
    if at is None:
        raise HiddenError
    problem = problems[at]
    attempts = attempt_rows(reader, course_id, problem["position"])
    tried = total(row["learners"] for row in attempts)
    tries = None if tried is None else sum(row["attempts"] * row["learners"] for row in attempts)
    numbers = figures(
        ("Learners", count(problem["learners"])),
        ("Average score", percent(problem["score"])),
        (
            "Right at once",
            percent(problem["first_right"]),
            f"of {people(problem['first_attempt_learners'])} who tried",
        ),
        ("Attempts", decimal(share(tries, tried)), "per learner"),
    )
    page = Page(
        "courses/problem/page.html",
        problem["name"],
        "courses",
        f"{people(problem['learners'])} tried, {percent(problem['score'])} on average.",
        charts=(_attempt_chart(attempts), *answer_charts(reader, course_id, problem_id)),
        tables=(_statistics_table(reader, course_id, problem),),
        content={
            "figures": numbers,
            "problem": problem,
            "before": problems[at - 1] if at else None,
            "after": problems[at + 1] if at + 1 < len(problems) else None,
        },
    )
    return show_course(request, reader, heading, "problems", page)


def _attempt_chart(attempts: list[dict[str, Any]]) -> Chart:
    table = Table(
        "attempts",
        "Attempts",
        (
            Column("label", "Attempts"),
            Column("learners", "Learners", "count"),
            Column("right", "Of them right in the end", "percent", bar=True),
        ),
        attempts,
        "Not known for this problem, or your role does not see it.",
        ("person_problem.n_attempts", "person_problem.problem_pct_score"),
    )
    finding = ""
    known = [row for row in attempts if row["learners"]]
    if known:
        top = max(known, key=lambda row: row["learners"])
        finding = f"Most often {people(top['attempts'], 'attempt')}."
    return Chart(table, "bars", "label", ("learners",), finding, "low")


def _statistics_table(reader: Reader, course_id: str, problem: dict[str, Any]) -> Table:
    of_item = {name: problem[name] for name in ("item_test", "item_rest", "alpha_without")}
    rows = [
        vars(it) | of_item | {"step": f"at least {it.cutnum}"}
        for it in list_boundaries(reader, course_id)
        if it.problem_nid == problem["position"]
    ]
    if not rows and problem["item_rest"] is not None:
        rows = [dict.fromkeys(_ESTIMATES) | of_item | {"step": "any"}]
    return Table(
        "statistics",
        "Item statistics",
        (
            Column("step", "Points"),
            Column("item_test", "Item–test", "decimal"),
            Column("item_rest", "Item–rest", "decimal"),
            Column("alpha_without", "Alpha without it", "decimal"),
            Column("difficulty", "Difficulty", "decimal"),
            Column("difficulty_error", "Its error", "decimal"),
            Column("discrimination", "Discrimination", "decimal"),
            Column("discrimination_error", "Its error", "decimal"),
        ),
        rows,
        "Too few learners answered enough problems of this course.",
        (
            "item_reliabilities.item_test",
            "item_reliabilities.item_rest",
            "item_reliabilities.alpha",
            "item_irt_grm.irt_diff",
            "item_irt_grm.irt_disc",
        ),
    )
