"""The forum of a course: threads, responses and comments by day and week, who writes and reads, the longest threads.

Enters: a reader, a course, days. Leaves: rows of counts; who wrote what is not said here. Posts are those of
registered learners by the forum's own dump, where one has landed; else everybody's by the logs.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter

from studium.serve.asking import ask, ask_one
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all
from studium.serve.web.days import AskedDays, Days, Moment

router = APIRouter(prefix="/api/v1", tags=["forum"])


@dataclass(frozen=True)
class ForumDay:
    """A day with at least one post."""

    date: date
    authors: int | None
    threads: int | None
    responses: int | None
    comments: int | None


@dataclass(frozen=True)
class ForumWeek:
    """A week from its Monday; 0 where nobody wrote."""

    week: date
    authors: int | None
    threads: int | None
    responses: int | None
    comments: int | None


@dataclass(frozen=True)
class ForumTotals:
    """All of the forum; `source` is dump or logs, None where neither has any post."""

    source: str | None = None
    posts: int | None = None
    writers: int | None = None
    readers: int | None = None
    endorsed: int | None = None
    votes: int | None = None


@dataclass(frozen=True)
class Thread:
    """A thread, everybody's posts counted, also those of the course team."""

    thread_id: str | None
    title: str
    answers: int | None
    authors: int | None
    first_at: Moment | None
    last_at: Moment | None


# Who is not registered, such as most of a course's team, has no row in person_course.
_OF_DUMP = """
select posts.username, cast(posts.first_time as date) as date, posts.slug_type as kind
from forum_posts as posts
inner join person_course as person
    on posts.course_id = person.course_id and posts.username = person.username
where posts.course_id = $course_id and posts.first_time is not null
"""
_OF_LOGS = """
select
    username,
    event_date as date,
    case forum_action
        when 'created_thread' then 'initial_post'
        when 'created_response' then 'response_post'
        else 'comment'
    end as kind
from forum_events
where course_id = $course_id
    and forum_action in ('created_thread', 'created_response', 'created_comment')
"""
_BY_TIME = """
with posts as ({posts})

select
    {period} as {name},
    count(distinct username) as authors,
    count(*) filter (kind = 'initial_post') as threads,
    count(*) filter (kind = 'response_post') as responses,
    count(*) filter (kind = 'comment') as comments
from posts
where date >= $start and date < $end
group by {period}
order by {period}
"""
_TOTALS = """
select nforum_posts_sum as posts, nforum_endorsed_sum as endorsed, nforum_votes_sum as votes
from broad_stats_by_course
where course_id = $course_id
"""
_PEOPLE_OF_DUMP = """
select
    count(distinct username) filter (wrote > 0) as writers,
    count(distinct username) filter (read > 0) as readers
from forum_person
inner join person_course using (course_id, username)
where course_id = $course_id
"""
_PEOPLE_OF_LOGS = """
select
    count(*) filter (
        forum_action in ('created_thread', 'created_response', 'created_comment')
    ) as posts,
    count(distinct username) filter (
        forum_action in ('created_thread', 'created_response', 'created_comment')
    ) as writers,
    count(distinct username) filter (forum_action = 'read') as readers
from forum_events
where course_id = $course_id
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
_HAS_DUMP = "select 1 as has_dump from forum_posts where course_id = $course_id limit 1"


def read_forum(reader: Reader, course_id: str, days: Days | None = None) -> list[ForumDay]:
    """Days with posts; needs a role that reads learners."""
    return [ForumDay(**row) for row in _by_time(reader, course_id, days or Days(), "date")]


def read_forum_weeks(reader: Reader, course_id: str) -> list[ForumWeek]:
    """Weeks between the first and the last post, also those in which nobody wrote."""
    known = {row["week"]: row for row in _by_time(reader, course_id, Days(), "week")}
    if not known:
        return []
    first, last = min(known), max(known)
    nothing = dict.fromkeys(("authors", "threads", "responses", "comments"), 0)
    weeks = [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
    return [ForumWeek(**known.get(week, nothing | {"week": week})) for week in weeks]


def read_totals(reader: Reader, course_id: str) -> ForumTotals:
    """Posts, and who wrote and read; who does so is None for a role that reads no learners."""
    asked = {"course_id": course_id}
    totals = ask_one(reader, "broad_stats_by_course", _TOTALS, asked)
    if _has_dump(reader, course_id) or totals.get("posts"):
        people = ask_one(reader, "forum_person person_course", _PEOPLE_OF_DUMP, asked)
        return ForumTotals(**{"source": "dump"} | totals | _without_few(reader, people))
    logged = ask_one(reader, "forum_events", _PEOPLE_OF_LOGS, asked)
    if not any(logged.values()):
        return ForumTotals()
    return ForumTotals(**{"source": "logs"} | _without_few(reader, logged))


def list_threads(reader: Reader, course_id: str) -> list[Thread]:
    """The hundred threads with most answers; needs a role that reads titles."""
    found = ask(reader, "forum_posts.title", _THREADS, {"course_id": course_id})
    return [Thread(**row) for row in found]


def _has_dump(reader: Reader, course_id: str) -> bool:
    return bool(ask(reader, "forum_posts", _HAS_DUMP, {"course_id": course_id}))


def _by_time(reader: Reader, course_id: str, days: Days, name: str) -> list[dict[str, Any]]:
    is_dumped = _has_dump(reader, course_id)
    period = "date" if name == "date" else "cast(date_trunc('week', date) as date)"
    posts = _OF_DUMP if is_dumped else _OF_LOGS
    needs = "forum_posts person_course" if is_dumped else "forum_events"
    sql = _BY_TIME.format(posts=posts, period=period, name=name)
    rows = ask(reader, needs, sql, {"course_id": course_id, **days.values})
    return reader.suppress(
        rows, "authors", within=[name], measures=["threads", "responses", "comments"]
    )


def _without_few(reader: Reader, counts: dict[str, Any]) -> dict[str, Any]:
    """Counts without those of few people; posts go with their writers."""
    if not counts:
        return {}
    shown = reader.suppress([counts], "writers", measures=["posts"] if "posts" in counts else [])
    return reader.suppress(shown, "readers")[0]


@router.get("/courses/{course_id:course}/forum", response_model=Listing[ForumDay])
@rule(Rule.LEARNERS)
def forum(course_id: str, reader: Reading, page: Paging, days: AskedDays) -> Any:
    """Posts of each day that has any: of registered learners where the forum's dump has landed, else by the logs."""
    return answer_all(reader, ForumDay, read_forum(reader, course_id, days), page)


@router.get("/courses/{course_id:course}/forum/totals")
@rule(Rule.COURSE)
def totals(course_id: str, reader: Reading) -> ForumTotals:
    """All posts, and how many people wrote and read."""
    return read_totals(reader, course_id)


@router.get("/courses/{course_id:course}/forum/threads", response_model=Listing[Thread])
@rule(Rule.LEARNERS)
def threads(course_id: str, reader: Reading, page: Paging) -> Any:
    """The hundred threads with most answers."""
    return answer_all(reader, Thread, list_threads(reader, course_id), page)
