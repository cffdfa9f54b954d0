"""The problems of a course: how many try, how many are right, what each item tells; one problem in depth.

Enters: the key of a course, maybe of a problem. Leaves: the page of all and the page of one.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.asking import ask
from studium.serve.courses.heading import Heading, heading_of, show_course
from studium.serve.drawing.charts import Chart
from studium.serve.drawing.navigation import Tab
from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, people, percent
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
TAB = Tab("Problems", Rule.COURSE, 5)

_PROBLEMS = """
    with places as (
        select
            problem_nid,
            min(chapter_name) as chapter,
            min(assignment_type) as assignment,
            min(problem_weight) as weight,
            count(*) as items
        from course_item where course_id = $course_id group by problem_nid
    )
    select
        problem.problem_nid,
        problem.problem_id,
        problem.problem_short_id,
        coalesce(problem.problem_name, problem.problem_id) as name,
        places.chapter,
        places.assignment,
        places.items,
        problem.n_unique_users_attempted as learners,
        problem.avg_problem_pct_score / 100 as score
    from course_problem as problem
    left join places on problem.problem_nid = places.problem_nid
    where problem.course_id = $course_id
    order by problem.problem_nid
"""
_STATISTICS = """
    select
        problem_nid, item_test, item_rest, alpha, Difficulty as difficulty, Discrimination as discrimination,
        Difficulty_SE as difficulty_error, Discrimination_SE as discrimination_error, cutnum
    from item_response_theory_report where course_id = $course_id order by problem_nid, cutnum
"""
_FIRST = """
    select problem_nid, pct_correct_first_attempt_by_explored / 100 as first_right
    from problem_first_attempt_correct where course_id = $course_id
"""
_COLUMNS = (
    Column("name", "Problem", link="address", under="place"),
    Column("assignment", "Assignment"),
    Column("learners", "Learners", "count"),
    Column("score", "Average score", "percent", bar=True),
    Column("first_right", "Right at once", "percent"),
    Column("item_rest", "Item–rest", "decimal"),
    Column("difficulty", "Difficulty", "decimal"),
    Column("discrimination", "Discrimination", "decimal"),
)
_SOURCES = (
    "course_problem.n_unique_users_attempted",
    "course_problem.avg_problem_pct_score",
    "problem_first_attempt_correct.pct_correct_first_attempt_by_explored",
    "item_response_theory_report.item_rest",
    "item_response_theory_report.Difficulty",
    "item_response_theory_report.Discrimination",
)
_EMPTY = "No problem of this course has more than five answers."
_UNLANDED = (
    "Problems are listed once a data package of this course has landed, with its course structure and "
    "courseware_studentmodule: the release has its logs alone or lacks one of the two."
)
# Content is of the course structure, who used it is of courseware_studentmodule.
_LANDED = """
    select 1 as has_both
    from course_axis as axis
    inner join stats_module_usage as usage on axis.course_id = usage.course_id
    where axis.course_id = $course_id limit 1
"""


@router.get("/courses/{course_id:course}/problems", include_in_schema=False)
@rule(Rule.COURSE)
def problems_page(request: Request, course_id: str, reader: Reading) -> Response:
    """All problems in the order of the course."""
    heading = heading_of(reader, course_id)
    problems = problem_rows(reader, heading)
    asked = {"course_id": course_id}
    is_landed = bool(problems or ask(reader, "course_axis stats_module_usage", _LANDED, asked))
    empty = _EMPTY if is_landed else _UNLANDED
    known = len(problems) if is_landed else None
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
    if not (reader.has("course_problem") and reader.has("course_item")):
        return []
    asked = {"course_id": heading.course_id}
    statistics: dict[int, dict[str, Any]] = {}
    for row in statistic_rows(reader, heading.course_id):
        statistics.setdefault(row["problem_nid"], row)
    has_first = reader.has("problem_first_attempt_correct")
    first = reader.rows(_FIRST, asked) if has_first else []
    right = {row["problem_nid"]: row["first_right"] for row in first}
    nothing = dict.fromkeys(("item_rest", "difficulty", "discrimination"))
    return [
        row
        | {name: statistics.get(row["problem_nid"], nothing)[name] for name in nothing}
        | {
            "first_right": right.get(row["problem_nid"]),
            "place": " · ".join(filter(None, [row["chapter"], row["problem_short_id"]])),
            "address": heading.to("problems", row["problem_id"]),
        }
        for row in reader.rows(_PROBLEMS, asked)
    ]


def statistic_rows(reader: Reader, course_id: str) -> list[dict[str, Any]]:
    """Item statistics: a row for each problem and each step of its score."""
    if not reader.has("item_response_theory_report"):
        return []
    return reader.rows(_STATISTICS, {"course_id": course_id})


def _score_chart(problems: list[dict[str, Any]], empty: str) -> Chart:
    table = Table(
        "scores",
        "Average score of each problem",
        (
            Column("name", "Problem", link="address"),
            Column("score", "Average score", "percent"),
            Column("first_right", "Right at once", "percent"),
        ),
        problems,
        empty,
        _SOURCES[1:3],
    )
    known = [row for row in problems if row["score"] is not None]
    finding = ""
    if known:
        hard = min(known, key=lambda row: row["score"])
        finding = f"In the order of the course. Hardest: {hard['name']}, {percent(hard['score'])}."
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
