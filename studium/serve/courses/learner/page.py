"""One learner in one course: days, problems, videos.

Enters: the key of a course, a username. Leaves: the page at `/courses/{course_id}/learners/{username}`.
"""

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.courses.heading import Heading, heading_of, show_course
from studium.serve.courses.learners.page import status_of
from studium.serve.drawing.charts import Chart
from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, day, people, percent, seconds
from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Reading

router = APIRouter()

_PERSON = "select * from person_course where course_id = $course_id and username = $username"
_DAYS = """
    select date, nevents, nvideo, nproblem_check, nforum, sum_dt
    from person_course_day
    where course_id = $course_id and username = $username order by date
"""
_PROBLEMS = """
    select
        problem.problem_id,
        coalesce(problem.problem_name, problem.problem_id) as name,
        person.n_attempts,
        person.problem_pct_score / 100 as score,
        problem.avg_problem_pct_score / 100 as average,
        person.date as answered_at
    from person_problem as person
    inner join course_problem as problem
        on person.course_id = problem.course_id and person.problem_nid = problem.problem_nid
    where person.course_id = $course_id and person.user_id = $user_id
    order by problem.problem_nid
"""
_VIDEOS = """
    select
        coalesce(places.name, split_part(person.pipeline_video_id, '|', 2)) as name,
        split_part(person.pipeline_video_id, '|', 2) as video_id,
        person.viewings,
        person.unique_seconds,
        person.watched_seconds,
        person.last_watched_at
    from person_video as person
    left join (
        select video_id, min(name) as name, min(index_video) as place
        from video_axis where course_id = $course_id group by video_id
    ) as places on ends_with(person.pipeline_video_id, places.video_id)
    where person.course_id = $course_id and person.username = $username
    order by places.place nulls last, video_id
"""
_FACTS = (
    ("Mode", "mode"),
    ("Enrolled", "start_time"),
    ("Country", "countryLabel"),
    ("Year of birth", "YoB"),
    ("Education", "LoE"),
    ("Gender", "gender"),
    ("Language", "language"),
)


@router.get("/courses/{course_id:course}/learners/{username}", include_in_schema=False)
@rule(Rule.LEARNERS)
def learner_page(request: Request, course_id: str, username: str, reader: Reading) -> Response:
    """One learner; for a researcher under the pseudonym that stands in the list."""
    heading = heading_of(reader, course_id)
    asked = {"course_id": course_id, "username": username}
    person = reader.one(_PERSON, asked) if reader.has("person_course") else None
    if person is None:
        raise HiddenError
    days = _every_day(reader.rows(_DAYS, asked) if reader.has("person_course_day") else [])
    numbers = figures(
        ("Grade", percent(person["grade"]), status_of(person)),
        ("Days active", count(person["ndays_act"])),
        (
            "Time on task",
            seconds(sum(row["sum_dt"] or 0 for row in days)),
            "hours, minutes, seconds",
        ),
        ("Chapters", count(person["nchapters"])),
        ("Last seen", day(person["last_event"])),
    )
    page = Page(
        "courses/learner/page.html",
        username,
        "courses",
        f"{people(person['ndays_act'] or 0, 'day')} active.",
        charts=(_day_chart(days),),
        tables=(
            _problem_table(reader, heading, person),
            _video_table(reader, heading, asked),
        ),
        content={"figures": numbers, "username": username, "facts": _facts(person)},
    )
    return show_course(request, reader, heading, "learners", page)


def _facts(person: dict[str, Any]) -> list[tuple[str, Any]]:
    """What is known of the person; columns that the role does not see are absent."""
    return [(label, person[name]) for label, name in _FACTS if person.get(name) is not None]


def _every_day(days: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Days between the first and the last without anything count as zero, not as missing."""
    if not days:
        return []
    known: dict[date, dict[str, Any]] = {row["date"]: row for row in days}
    nothing: dict[str, Any] = dict.fromkeys(
        ("nevents", "nvideo", "nproblem_check", "nforum", "sum_dt"), 0
    )
    length = (days[-1]["date"] - days[0]["date"]).days + 1
    dates = [days[0]["date"] + timedelta(days=number) for number in range(length)]
    return [known.get(each, nothing | {"date": each}) for each in dates]


def _day_chart(days: list[dict[str, Any]]) -> Chart:
    table = Table(
        "days",
        "Day by day",
        (
            Column("date", "Date", "date"),
            Column("nvideo", "Video events", "count"),
            Column("nproblem_check", "Problem checks", "count"),
            Column("nforum", "Forum events", "count"),
            Column("nevents", "All events", "count"),
            Column("sum_dt", "Time", "seconds"),
        ),
        days,
        "This learner was never seen in the logs.",
        ("person_course_day", "person_course_day.nvideo", "person_course_day.nproblem_check"),
    )
    names = ("nvideo", "nproblem_check", "nforum")
    return Chart(table, "bars", "date", names, "", "low", {"stacked": True})


def _problem_table(reader: Reader, heading: Heading, person: dict[str, Any]) -> Table:
    rows: list[dict[str, Any]] = []
    if reader.has("person_problem") and reader.has("course_problem"):
        asked = {"course_id": heading.course_id, "user_id": person["user_id"]}
        rows = reader.rows(_PROBLEMS, asked)
    return Table(
        "problems",
        "Problems",
        (
            Column("name", "Problem", link="address"),
            Column("n_attempts", "Attempts", "count"),
            Column("score", "Score", "percent", bar=True),
            Column("average", "Average of all", "percent"),
            Column("answered_at", "Answered", "time"),
        ),
        [row | {"address": heading.to("problems", row["problem_id"])} for row in rows],
        "No answers to problems.",
        ("person_problem.problem_pct_score", "course_problem.avg_problem_pct_score"),
    )


def _video_table(reader: Reader, heading: Heading, asked: dict[str, Any]) -> Table:
    has_videos = reader.has("person_video") and reader.has("video_axis")
    rows = reader.rows(_VIDEOS, asked) if has_videos else []
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
        [row | {"address": heading.to("videos", row["video_id"])} for row in rows],
        "No videos watched.",
        ("person_video.viewings", "person_video.unique_seconds"),
    )
