"""One learner in one course: days, problems, videos.

Enters: the key of a course, a username. Leaves: the page at `/courses/{course_id}/learners/{username}`.
"""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.courses.heading import Heading, heading_of, show_course
from studium.serve.courses.learner.answers import (
    LearnerDay,
    read_days,
    read_learner,
    read_problems,
    read_profile,
    read_videos,
)
from studium.serve.courses.learners.answers import Learner
from studium.serve.courses.learners.page import status_of
from studium.serve.drawing.charts import Chart
from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import MISSING, count, hours, people, percent, share
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()

_FACTS = (
    ("Mode", "mode"),
    ("Enrolled", "start_time"),
    ("Country", "countryLabel"),
    ("Year of birth", "YoB"),
    ("Education", "LoE"),
    ("Gender", "gender"),
    ("Language", "language"),
)


# Codes of the platform, spelled out.
_SAID: dict[str, dict[Any, str]] = {
    "gender": {"f": "woman", "m": "man", "o": "other"},
    "LoE": {
        "none": "no schooling",
        "el": "primary",
        "jhs": "junior secondary",
        "hs": "secondary",
        "a": "associate",
        "b": "bachelor's",
        "m": "master's",
        "p": "doctorate",
        "p_se": "doctorate",
        "p_oth": "doctorate",
        "other": "other",
    },
}


@router.get("/courses/{course_id:course}/learners/{username}", include_in_schema=False)
@rule(Rule.LEARNERS)
def learner_page(request: Request, course_id: str, username: str, reader: Reading) -> Response:
    """One learner; for a researcher under the pseudonym that stands in the list."""
    heading = heading_of(reader, course_id)
    person = read_learner(reader, course_id, username)
    days = _every_day(read_days(reader, course_id, username))
    numbers = figures(
        ("Grade", percent(person.grade), status_of(person)),
        ("Days seen", count(person.days_active)),
        ("Time on task", hours(sum(row["minutes"] or 0 for row in days))),
        ("Chapters", count(person.chapters)),
        ("Last seen", person.last_event_at or MISSING),
    )
    page = Page(
        "courses/learner/page.html",
        username,
        "courses",
        f"{people(person.days_active or 0, 'day')} with anything in the logs.",
        charts=(_day_chart(days),),
        tables=(
            _problem_table(reader, heading, person),
            _video_table(reader, heading, username),
        ),
        content={
            "figures": numbers,
            "username": username,
            "facts": _facts(read_profile(reader, course_id, username)),
        },
    )
    return show_course(request, reader, heading, "learners", page)


def _facts(person: dict[str, Any]) -> list[tuple[str, Any]]:
    """What is known of the person; columns that the role does not see are absent."""
    return [
        (label, _SAID.get(name, {}).get(person[name], person[name]))
        for label, name in _FACTS
        if person.get(name) is not None
    ]


def _every_day(days: list[LearnerDay]) -> list[dict[str, Any]]:
    """Days between the first and the last without anything count as zero, not as missing."""
    if not days:
        return []
    known = {day.date: vars(day) for day in days}
    nothing: dict[str, Any] = dict.fromkeys(vars(days[0]), 0)
    length = (days[-1].date - days[0].date).days + 1
    dates = [days[0].date + timedelta(days=number) for number in range(length)]
    return [known.get(each, nothing | {"date": each}) for each in dates]


def _day_chart(days: list[dict[str, Any]]) -> Chart:
    table = Table(
        "days",
        "Day by day",
        (
            Column("date", "Date", "date"),
            Column("videos", "Video events", "count"),
            Column("problem_checks", "Checks", "count"),
            Column("forum", "Forum events", "count"),
            Column("events", "All events", "count"),
            Column("minutes", "Minutes", "decimal"),
        ),
        days,
        "This learner was never seen in the logs.",
        ("person_course_day", "person_course_day.nvideo", "problem_check"),
    )
    names = ("videos", "problem_checks", "forum")
    return Chart(table, "bars", "date", names, "", "low", {"stacked": True})


def _problem_table(reader: Reader, heading: Heading, person: Learner) -> Table:
    rows = [
        vars(it)
        | {
            "name": it.name or it.problem_id,
            "score": share(it.percent, 100),
            "average": share(it.mean_percent, 100),
            "address": heading.to("problems", it.problem_id),
        }
        for it in read_problems(reader, heading.course_id, person.user_id)
    ]
    return Table(
        "problems",
        "Problems",
        (
            Column("name", "Problem", link="address"),
            Column("attempts", "Attempts", "count"),
            Column("score", "Score", "percent", bar=True),
            Column("average", "Average of all", "percent"),
            Column("answered_at", "Answered", "time"),
        ),
        rows,
        "No answers to problems.",
        ("person_problem.problem_pct_score", "course_problem.avg_problem_pct_score"),
    )


def _video_table(reader: Reader, heading: Heading, username: str) -> Table:
    rows = [
        vars(it) | {"name": it.name or it.video_id, "address": heading.to("videos", it.video_id)}
        for it in read_videos(reader, heading.course_id, username)
    ]
    return Table(
        "videos",
        "Videos",
        (
            Column("name", "Video", link="address"),
            Column("viewings", "Viewings", "count"),
            Column("unique_seconds", "Of the video", "seconds"),
            Column("watched_seconds", "Watched in all", "seconds"),
            Column("last_watched_at", "Last watched", "time"),
        ),
        rows,
        "No videos watched.",
        ("person_video.viewings", "person_video.unique_seconds"),
    )
