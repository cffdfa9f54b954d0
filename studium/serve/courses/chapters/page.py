"""Chapters as a funnel: how many come to each, and how many go on.

Enters: the key of a course. Leaves: the page at `/courses/{course_id}/chapters`.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.asking import ask, ask_one
from studium.serve.courses.heading import heading_of, show_course
from studium.serve.drawing.charts import Chart
from studium.serve.drawing.navigation import Tab
from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, people, percent, share
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
TAB = Tab("Chapters", Rule.COURSE, 6)

_CHAPTERS = """
    select
        axis.index as place,
        axis.name,
        case when usage.module_id is null then 0 else usage.ncount end as learners,
        axis.url_name
    from course_axis as axis
    left join stats_module_usage as usage
        on axis.course_id = usage.course_id
        and usage.module_type = 'chapter'
        and usage.module_id = axis.module_id
    where axis.course_id = $course_id and axis.category = 'chapter'
    order by axis.index
"""
_CONTENT = """
    select
        chapters.url_name,
        count(*) filter (where axis.category = 'video') as videos,
        count(*) filter (where axis.category = 'problem') as problems
    from course_axis as axis
    inner join course_axis as chapters
        on axis.course_id = chapters.course_id
        and chapters.category = 'chapter'
        and axis.chapter_mid = chapters.module_id
    where axis.course_id = $course_id
    group by chapters.url_name
"""
_REGISTERED = (
    "select registered_sum, viewed_sum from broad_stats_by_course where course_id = $course_id"
)
_REACHED = """
    select nchapters as chapters, count(*) as learners
    from pc_nchapters where course_id = $course_id group by nchapters order by nchapters
"""
_EMPTY = "The release has no content of this course: land its course archive."


@router.get("/courses/{course_id:course}/chapters", include_in_schema=False)
@rule(Rule.COURSE)
def chapters_page(request: Request, course_id: str, reader: Reading) -> Response:
    """How far learners come."""
    heading = heading_of(reader, course_id)
    chapters = chapter_rows(reader, course_id)
    reached = reached_rows(reader, course_id)
    seen = [row for row in chapters if row["learners"]]
    first, last = (seen[0], seen[-1]) if seen else ({}, {})
    numbers = figures(
        ("Chapters", count(len(chapters))),
        (
            "Came to the first one",
            count(first.get("learners")),
            f"{percent(first.get('share'))} of registered",
        ),
        (
            "Came to the last one seen",
            count(last.get("learners")),
            f"{percent(last.get('share'))} of registered",
        ),
    )
    page = Page(
        "courses/chapters/page.html",
        "Chapters",
        "courses",
        f"{people(len(chapters), 'chapter')}; {percent(last.get('share'))} of the registered come to the last seen.",
        charts=(_funnel(chapters), _reached_chart(reached)),
        content={"figures": numbers},
    )
    return show_course(request, reader, heading, "chapters", page)


def chapter_rows(reader: Reader, course_id: str) -> list[dict[str, Any]]:
    """Chapters in the order of the course, with those who came and how many of the chapter before went on."""
    asked = {"course_id": course_id}
    whole = ask_one(reader, "broad_stats_by_course", _REGISTERED, asked).get("registered_sum")
    content = {row["url_name"]: row for row in ask(reader, "course_axis", _CONTENT, asked)}
    rows: list[dict[str, Any]] = []
    for row in ask(reader, "course_axis stats_module_usage", _CHAPTERS, asked):
        before = rows[-1]["learners"] if rows else whole
        inside = content.get(row["url_name"], {})
        rows.append(
            row
            | {
                "videos": inside.get("videos", 0),
                "problems": inside.get("problems", 0),
                "share": share(row["learners"], whole),
                "kept": share(row["learners"], before),
            }
        )
    return rows


def reached_rows(reader: Reader, course_id: str) -> list[dict[str, Any]]:
    """Learners by the number of chapters that they came to."""
    rows = ask(reader, "pc_nchapters", _REACHED, {"course_id": course_id})
    return reader.suppress(rows, "learners")


def _funnel(chapters: list[dict[str, Any]]) -> Chart:
    table = Table(
        "funnel",
        "Learners who came to each chapter",
        (
            Column("name", "Chapter"),
            Column("learners", "Learners", "count"),
            Column("share", "Of registered", "percent", bar=True),
            Column("kept", "Of the one before", "percent"),
            Column("videos", "Videos", "count"),
            Column("problems", "Problems", "count"),
        ),
        chapters,
        _EMPTY,
        ("stats_module_usage.ncount", "course_axis", "broad_stats_by_course.registered_sum"),
    )
    drops = [row for row in chapters[1:] if row["kept"]]  # nobody comes to those for staff
    finding = ""
    if drops:
        worst = min(drops, key=lambda row: row["kept"])
        finding = f"The largest loss is before {worst['name']}: {percent(worst['kept'])} go on."
    size = "" if len(chapters) < 10 else "tall"
    return Chart(table, "rows", "name", ("learners",), finding, size)


def _reached_chart(rows: list[dict[str, Any]]) -> Chart:
    table = Table(
        "chapters_reached",
        "How many chapters a learner sees",
        (Column("chapters", "Chapters"), Column("learners", "Learners", "count")),
        rows,
        "Nobody has come to a chapter, or your role does not see it.",
        ("pc_nchapters.nchapters",),
    )
    return Chart(table, "bars", "chapters", ("learners",), "", "low")
