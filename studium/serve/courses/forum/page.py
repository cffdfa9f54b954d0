"""The forum of a course: how much is written, by how many, in which threads.

Enters: the key of a course. Leaves: the page at `/courses/{course_id}/forum`.
"""

from datetime import timedelta
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
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
TAB = Tab("Forum", Rule.COURSE, 7)

_TOTALS = """
    select nforum_posts_sum as posts, nforum_endorsed_sum as endorsed, nforum_votes_sum as votes
    from broad_stats_by_course where course_id = $course_id
"""
_WEEKS = """
    select
        cast(date_trunc('week', first_time) as date) as week,
        count(*) filter (where slug_type = 'initial_post') as threads,
        count(*) filter (where slug_type = 'response_post') as responses,
        count(*) filter (where slug_type = 'comment') as comments,
        count(distinct username) as authors
    from forum_posts
    where course_id = $course_id and first_time is not null
    group by week order by week
"""
_THREADS = """
    select
        thread_id,
        coalesce(max(title), 'without a title') as title,
        count(*) filter (where slug_type <> 'initial_post') as answers,
        count(distinct username) as authors,
        min(first_time) as first_at,
        max(first_time) as last_at
    from forum_posts
    where course_id = $course_id
    group by thread_id
    order by answers desc, last_at desc, thread_id
    limit 100
"""
_READERS = """
    select
        count(distinct username) filter (where wrote > 0) as writers,
        count(distinct username) filter (where read > 0) as readers,
        count(distinct username) filter (where upvoted > 0) as voters
    from forum_person where course_id = $course_id
"""
_HIDDEN = "Nothing was written, or your role does not see who writes."


@router.get("/courses/{course_id:course}/forum", include_in_schema=False)
@rule(Rule.COURSE)
def forum_page(request: Request, course_id: str, reader: Reading) -> Response:
    """The forum by week and by thread."""
    heading = heading_of(reader, course_id)
    asked = {"course_id": course_id}
    totals = ask_one(reader, "broad_stats_by_course", _TOTALS, asked)
    people_of = ask_one(reader, "forum_person", _READERS, asked)
    weeks = _every_week(ask(reader, "forum_posts", _WEEKS, asked))
    threads = ask(reader, "forum_posts.title", _THREADS, asked)
    enrolled = ask_one(
        reader,
        "course_enrollment_daily",
        "select arg_max_null(cumulative_count, date) as ever from course_enrollment_daily where course_id = $course_id",
        asked,
    )
    written = sum(week["threads"] + week["responses"] + week["comments"] for week in weeks)
    posts = written if weeks else totals.get("posts")
    within = f" in {people(len(threads), 'thread')}" if threads else ""
    numbers = figures(
        ("Posts", count(posts)),
        (
            "People who wrote",
            count(people_of.get("writers")),
            f"{percent(share(people_of.get('writers'), enrolled.get('ever')))} of ever enrolled",
        ),
        ("People who read", count(people_of.get("readers"))),
        ("Endorsed posts", count(totals.get("endorsed"))),
        ("Votes", count(totals.get("votes"))),
    )
    page = Page(
        "courses/forum/page.html",
        "Forum",
        "courses",
        f"{people(posts, 'post')}{within}.",
        charts=(_week_chart(weeks),),
        tables=(_thread_table(threads),),
        content={"figures": numbers},
    )
    return show_course(request, reader, heading, "forum", page)


def _every_week(weeks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Weeks between the first and the last in which nobody wrote count as zero, not as missing."""
    if not weeks:
        return []
    known = {row["week"]: row for row in weeks}
    nothing = dict.fromkeys(("threads", "responses", "comments", "authors"), 0)
    number = (weeks[-1]["week"] - weeks[0]["week"]).days // 7 + 1
    dates = [weeks[0]["week"] + timedelta(weeks=n) for n in range(number)]
    return [known.get(week, nothing | {"week": week}) for week in dates]


def _week_chart(weeks: list[dict[str, Any]]) -> Chart:
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
        _HIDDEN,
        ("forum_posts", "forum_posts.slug_type"),
    )
    finding = ""
    if weeks:
        top = max(weeks, key=lambda week: week["authors"])
        finding = f"Most authors in the week from {top['week']:%-d %B %Y}: {count(top['authors'])}."
    names = ("threads", "responses", "comments")
    return Chart(table, "bars", "week", names, finding, options={"stacked": True})


def _thread_table(threads: list[dict[str, Any]]) -> Table:
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
        _HIDDEN,
        ("forum_posts", "forum_posts.title"),
    )
