"""The learners of a course: who they are by what they do, filtered and sorted.

Enters: the key of a course, filters in the address. Leaves: the page at `/courses/{course_id}/learners`.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from studium.serve.asking import ask
from studium.serve.courses.heading import Heading, heading_of, show_course
from studium.serve.drawing.navigation import Tab
from studium.serve.drawing.rendering import Page
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import people
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
TAB = Tab("Learners", Rule.LEARNERS, 8)

_PAGE_ROWS = 50
_ROSTER = "select username, cohort, segments from learner_roster where course_id = $course_id"
_NO_ROSTER = "select null as username, null as cohort, null as segments where false"
_LEARNERS = """
    with roster as ({roster})
    select
        person.username,
        person.mode,
        person.is_active,
        person.start_time,
        person.last_event,
        person.ndays_act,
        person.nchapters,
        person.nplay_video,
        person.nproblem_check,
        person.nforum_posts,
        person.grade,
        person.certified,
        roster.cohort,
        coalesce(roster.segments, '') as segments,
        count(*) over () as total
    from person_course as person
    left join roster on person.username = roster.username
    where person.course_id = $course_id
        and person.username is not null
        and ($find = '' or contains(lower(person.username), lower($find)))
        and ($mode = '' or person.mode = $mode)
        and ($cohort = '' or roster.cohort = $cohort)
        and ($segment = '' or contains(coalesce(roster.segments, ''), $segment))
        and case $state
            when 'enrolled' then person.is_active = 1
            when 'left' then coalesce(person.is_active, 0) = 0
            else true
        end
        and case $activity
            when 'week' then person.last_event >= $as_of - interval 7 day
            when 'silent' then person.last_event < $as_of - interval 7 day
            when 'never' then person.last_event is null
            else true
        end
        and case $outcome
            when 'certified' then person.certified
            when 'explored' then person.explored
            when 'viewed' then person.viewed
            when 'registered' then not coalesce(person.viewed, false)
            else true
        end
    order by {order}, person.username
    limit {limit} offset $skipped
"""
_ORDERS = {
    "name": "person.username",
    "last": "person.last_event desc nulls last",
    "days": "person.ndays_act desc nulls last",
    "grade": "person.grade desc nulls last",
    "chapters": "person.nchapters desc nulls last",
    "videos": "person.nplay_video desc nulls last",
    "problems": "person.nproblem_check desc nulls last",
    "posts": "person.nforum_posts desc nulls last",
}
_MODES = """
    select distinct mode from person_course where course_id = $course_id and mode is not null order by 1
"""
_COHORTS = """
    select distinct cohort from learner_roster where course_id = $course_id and cohort is not null order by 1
"""
_UNLISTED = "Learners are listed once a data package of this course has landed: the release has its logs alone."
_SEGMENTS = ("highly_engaged", "disengaging", "struggling", "inactive", "unenrolled")
_COLUMNS = (
    Column("username", "Learner", link="address"),
    Column("mode", "Mode"),
    Column("status", "Status", "mark"),
    Column("grade", "Grade", "percent"),
    Column("ndays_act", "Days active", "count"),
    Column("nchapters", "Chapters", "count"),
    Column("nplay_video", "Plays", "count"),
    Column("nproblem_check", "Checks", "count"),
    Column("nforum_posts", "Posts", "count"),
    Column("last_event", "Last seen", "time"),
)
_SEGMENT = (Column("segment", "Segment", "mark"),)
_COHORT = (Column("cohort", "Cohort"),)
_SOURCES = (
    "person_course",
    "person_course.grade",
    "person_course.ndays_act",
    "person_course.nchapters",
    "learner_roster.segments",
)


@dataclass(frozen=True)
class Filters:
    """What the address asks for; empty text is no filter."""

    find: Annotated[str, Query(max_length=100)] = ""
    mode: Annotated[str, Query(max_length=100)] = ""
    state: Literal["", "enrolled", "left"] = ""
    activity: Literal["", "week", "silent", "never"] = ""
    outcome: Literal["", "certified", "explored", "viewed", "registered"] = ""
    segment: Literal[
        "", "highly_engaged", "disengaging", "struggling", "inactive", "unenrolled"
    ] = ""
    cohort: Annotated[str, Query(max_length=200)] = ""
    order: Literal["name", "last", "days", "grade", "chapters", "videos", "problems", "posts"] = (
        "last"
    )
    page: Annotated[int, Query(ge=1, le=100_000)] = 1


@router.get("/courses/{course_id:course}/learners", include_in_schema=False)
@rule(Rule.LEARNERS)
def learners_page(
    request: Request,
    course_id: str,
    reader: Reading,
    filters: Annotated[Filters, Depends()],
) -> Response:
    """The learners who fit the filters, fifty at a time; as CSV all of them."""
    heading = heading_of(reader, course_id)
    has_roster = reader.has("learner_roster")
    is_file = "csv" in request.query_params
    rows = learner_rows(reader, heading, filters, everybody=is_file)
    total = rows[0]["total"] if rows else 0
    asked = {"course_id": course_id}
    cohorts = [row["cohort"] for row in ask(reader, "learner_roster", _COHORTS, asked)]
    columns = _COLUMNS + _SEGMENT * has_roster + _COHORT * bool(cohorts)
    is_listed = bool(ask(reader, "person_course", _MODES, asked))
    empty = "No learner fits these filters." if is_listed else _UNLISTED
    table = Table("learners", "Learners", columns, rows, empty, _SOURCES)
    content = {
        "filters": filters,
        "total": people(total),
        "first": (filters.page - 1) * _PAGE_ROWS + 1,
        "last": (filters.page - 1) * _PAGE_ROWS + len(rows),
        "before": _page_address(request, filters.page - 1) if filters.page > 1 else None,
        "after": _page_address(request, filters.page + 1)
        if total > filters.page * _PAGE_ROWS
        else None,
        "modes": [row["mode"] for row in ask(reader, "person_course", _MODES, asked)],
        "cohorts": cohorts,
        "segments": _SEGMENTS if has_roster else (),
    }
    page = Page(
        "courses/learners/page.html",
        "Learners",
        "courses",
        "Who learns here, by what they do.",
        tables=(table,),
        content=content,
    )
    return show_course(request, reader, heading, "learners", page)


def learner_rows(
    reader: Reader, heading: Heading, filters: Filters, *, everybody: bool = False
) -> list[dict[str, Any]]:
    """Learners who fit; `total` of each row says how many there are in all."""
    sql = _LEARNERS.format(
        roster=_ROSTER if reader.has("learner_roster") else _NO_ROSTER,
        order=_ORDERS[filters.order],
        limit="all" if everybody else str(_PAGE_ROWS),
    )
    asked = {
        "course_id": heading.course_id,
        "as_of": reader.as_of,
        "skipped": 0 if everybody else (filters.page - 1) * _PAGE_ROWS,
        **{
            name: getattr(filters, name)
            for name in ("find", "mode", "state", "activity", "outcome", "segment", "cohort")
        },
    }
    return [
        row
        | {
            "address": heading.to("learners", row["username"]),
            "status": status_of(row),
            "segment": row["segments"].replace("_", " ").replace(",", ", "),
        }
        for row in ask(reader, "person_course", sql, asked)
    ]


def status_of(person: dict[str, Any]) -> str:
    """One word for where a learner stands."""
    if person["certified"]:
        return "certified"
    return "enrolled" if person["is_active"] else "left"


def _page_address(request: Request, page: int) -> str:
    kept = request.url.include_query_params(page=page)
    return f"?{kept.query}"
