"""Chapters as a funnel: how many come to each, and how many go on.

Enters: the key of a course. Leaves: the page at `/courses/{course_id}/chapters`.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.courses.all_courses.answers import read_registered
from studium.serve.courses.chapters.answers import list_chapters, read_reached
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

_EMPTY = "The release has no content of this course: land its course archive."


@router.get("/courses/{course_id:course}/chapters", include_in_schema=False)
@rule(Rule.COURSE)
def chapters_page(request: Request, course_id: str, reader: Reading) -> Response:
    """How far learners come."""
    heading = heading_of(reader, course_id)
    chapters = chapter_rows(reader, course_id)
    reached = [vars(row) for row in read_reached(reader, course_id)]
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
    whole = read_registered(reader, course_id)
    rows: list[dict[str, Any]] = []
    for chapter in list_chapters(reader, course_id):
        before = rows[-1]["learners"] if rows else whole
        part, kept = share(chapter.learners, whole), share(chapter.learners, before)
        rows.append(vars(chapter) | {"share": part, "kept": kept})
    return rows


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
