"""The forum of a course: how much is written, by how many, in which threads.

Enters: the key of a course. Leaves: the page at `/courses/{course_id}/forum`.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.courses.all_courses.answers import read_course
from studium.serve.courses.forum.answers import (
    ForumTotals,
    list_threads,
    read_forum_weeks,
    read_totals,
)
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
TAB = Tab("Forum", Rule.COURSE, 8)

_NONE = "Nothing was written, by the logs and dumps of this release."
_RIGHTS = "Who writes what is shown to roles that see learners."
_NO_DUMP = "Threads are listed once the forum's own dump has landed: the release has the logs of this course."
_POPULATIONS = {
    "dump": "of registered learners",
    "logs": "by the logs: the forum's own dump has not landed",
    None: "",
}


@router.get("/courses/{course_id:course}/forum", include_in_schema=False)
@rule(Rule.COURSE)
def forum_page(request: Request, course_id: str, reader: Reading) -> Response:
    """The forum by week and by thread."""
    heading = heading_of(reader, course_id)
    found = read_totals(reader, course_id)
    weeks = [vars(week) for week in read_forum_weeks(reader, course_id)]
    threads = [vars(thread) for thread in list_threads(reader, course_id)]
    ever = read_course(reader, course_id).ever_enrolled
    where = _POPULATIONS[found.source]
    numbers = figures(
        ("Posts", count(found.posts), where),
        (
            "People who wrote",
            count(found.writers),
            f"{percent(share(found.writers, ever))} of ever enrolled",
        ),
        ("People who read", count(found.readers)),
        ("Endorsed posts", count(found.endorsed)),
        ("Votes", count(found.votes)),
    )
    why = _why_empty(reader, found)
    page = Page(
        "courses/forum/page.html",
        "Forum",
        "courses",
        f"{people(found.posts, 'post')} {where}".rstrip() + ".",
        charts=(_week_chart(weeks, where, why),),
        tables=(_thread_table(threads, why),),
        content={"figures": numbers},
    )
    return show_course(request, reader, heading, "forum", page)


def _why_empty(reader: Reader, found: ForumTotals) -> str:
    """Why weeks and threads may be missing: the role, the delivery, or nobody wrote."""
    if not reader.has("forum_events") and "learner" not in reader.principal.levels:
        return _RIGHTS
    return _NO_DUMP if found.source == "logs" else _NONE


def _week_chart(weeks: list[dict[str, Any]], where: str, why: str) -> Chart:
    table = Table(
        "forum_weekly",
        "What is written, by week",
        (
            Column("week", "Week from", "date"),
            Column("threads", "Threads", "count"),
            Column("responses", "Responses", "count"),
            Column("comments", "Comments", "count"),
            Column("authors", "Authors", "count"),
        ),
        weeks,
        why,
        ("forum_posts", "forum_posts.slug_type"),
    )
    finding = ""
    known = [week for week in weeks if week["authors"] is not None]
    if known:
        top = max(known, key=lambda week: week["authors"])
        finding = f"Posts {where}. Most authors in the week from {top['week']:%-d %B %Y}: {count(top['authors'])}."
    names = ("threads", "responses", "comments")
    return Chart(table, "bars", "week", names, finding, options={"stacked": True})


def _thread_table(threads: list[dict[str, Any]], why: str) -> Table:
    return Table(
        "threads",
        "Threads with most answers",
        (
            Column("title", "Thread"),
            Column("answers", "Answers", "count"),
            Column("authors", "Authors", "count"),
            Column("first_at", "Begun", "time"),
            Column("last_at", "Last post", "time"),
        ),
        threads,
        why,
        ("forum_posts", "forum_posts.title"),
    )
