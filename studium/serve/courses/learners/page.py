"""The learners of a course: who they are by what they do, filtered and sorted.

Enters: the key of a course, filters in the address. Leaves: the page at `/courses/{course_id}/learners`.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from studium.serve.courses.heading import Heading, heading_of, show_course
from studium.serve.courses.learners.answers import (
    Filters,
    Learner,
    LearnerOrder,
    list_cohorts,
    list_learners,
    list_modes,
)
from studium.serve.drawing.navigation import Tab
from studium.serve.drawing.rendering import Page
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, people
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
TAB = Tab("Learners", Rule.LEARNERS, 10)

_PAGE_ROWS = 50
_ORDERS = {
    "name": (LearnerOrder.USERNAME, False),
    "last": (LearnerOrder.LAST_EVENT_AT, True),
    "days": (LearnerOrder.DAYS_ACTIVE, True),
    "grade": (LearnerOrder.GRADE, True),
    "chapters": (LearnerOrder.CHAPTERS, True),
    "videos": (LearnerOrder.VIDEO_PLAYS, True),
    "problems": (LearnerOrder.PROBLEM_CHECKS, True),
    "posts": (LearnerOrder.FORUM_POSTS, True),
}
_UNLISTED = "Learners are listed once a data package of this course has landed: the release has its logs alone."
# "Active" is of weeks and engagement on other pages; here people are seen, by any event at all.
_SEGMENTS = {
    "highly_engaged": "highly engaged",
    "disengaging": "disengaging",
    "struggling": "struggling",
    "inactive": "not engaged",
    "unenrolled": "unenrolled",
}
_COLUMNS = (
    Column("username", "Learner", link="address"),
    Column("mode", "Mode"),
    Column("status", "Status", "mark"),
    Column("grade", "Grade", "percent"),
    Column("days_active", "Days seen", "count"),
    Column("chapters", "Chapters", "count"),
    Column("video_plays", "Plays", "count"),
    Column("problem_checks", "Checks", "count"),
    Column("forum_posts", "Posts", "count"),
    Column("last_event_at", "Last seen", "time"),
)
_SEGMENT = (Column("segment", "Segment", "mark", under="why"),)
# What moves a learner into a segment, with the figure of the last week where there is one.
_REASONS = {
    "problem_attempts_per_completed": "many answers for each problem solved",
    "problems_attempted": "many problems tried",
    "problems_completed": "many problems solved",
    "videos_viewed": "many videos watched",
    "discussion_contributions": "many posts",
}
_WHY = {
    "disengaging": "engaged the week before, not in the last",
    "inactive": "no video, answer or post for two weeks",
}
_COHORT = (Column("cohort", "Cohort"),)
_SOURCES = (
    "person_course",
    "person_course.grade",
    "person_course.ndays_act",
    "person_course.nchapters",
    "problem_check",
    "learner_roster.segments",
    "learner_segments.reason",
)


@dataclass(frozen=True)
class Wish:
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
    sort: Literal["", "asc", "desc"] = ""
    page: Annotated[int, Query(ge=1, le=100_000)] = 1


@router.get("/courses/{course_id:course}/learners", include_in_schema=False)
@rule(Rule.LEARNERS)
def learners_page(
    request: Request,
    course_id: str,
    reader: Reading,
    filters: Annotated[Wish, Depends()],
) -> Response:
    """The learners who fit the filters, fifty at a time; as CSV all of them."""
    heading = heading_of(reader, course_id)
    has_roster = reader.has("learner_roster")
    is_file = "csv" in request.query_params
    rows, total = learner_rows(reader, heading, filters, everybody=is_file)
    cohorts = list_cohorts(reader, course_id)
    modes = list_modes(reader, course_id)
    columns = _COLUMNS + _SEGMENT * has_roster + _COHORT * bool(cohorts)
    empty = "No learner fits these filters." if modes else _UNLISTED
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
        "modes": modes,
        "cohorts": cohorts,
        "segments": list(_SEGMENTS.items()) if has_roster else [],
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
    reader: Reader, heading: Heading, wish: Wish, *, everybody: bool = False
) -> tuple[list[dict[str, Any]], int]:
    """Learners who fit, a page of them or all, and how many there are."""
    order, is_descending = _ORDERS[wish.order]
    filters = Filters(
        search=wish.find or None,
        mode=wish.mode or None,
        segment=(wish.segment,) if wish.segment else (),
        cohort=wish.cohort or None,
        is_enrolled={"enrolled": True, "left": False}.get(wish.state),
        seen=wish.activity or None,
        outcome=wish.outcome or None,
        order_by=order,
        is_descending=is_descending if not wish.sort else wish.sort == "desc",
    )
    first, limit = (0, None) if everybody else ((wish.page - 1) * _PAGE_ROWS, _PAGE_ROWS)
    found, total = list_learners(reader, heading.course_id, filters, first, limit)
    rows = [
        vars(learner)
        | {
            "address": heading.to("learners", learner.username),
            "status": status_of(learner),
            "segment": ", ".join(_SEGMENTS.get(it, it) for it in _parts(learner.segments)),
            "why": "; ".join(why_of(learner)),
        }
        for learner in found
    ]
    return rows, total


def why_of(learner: Learner) -> list[str]:
    """Why the learner is in the segments, in words; what the last week has of it in numbers."""
    said = [_WHY[it] for it in _parts(learner.segments) if it in _WHY]
    said += [_REASONS.get(it, it) for it in _parts(learner.reasons)]
    if "struggling" in _parts(learner.segments):
        tried, solved = learner.week_problems_attempted, learner.week_problems_completed
        said.append(f"last week {people(solved, 'problem')} solved of {count(tried)} tried")
    return said


def _parts(names: str | None) -> list[str]:
    return [name for name in (names or "").split(",") if name]


def status_of(learner: Learner) -> str:
    """One word for where a learner stands."""
    if learner.is_certified:
        return "certified"
    return "enrolled" if learner.is_enrolled else "left"


def _page_address(request: Request, page: int) -> str:
    kept = request.url.include_query_params(page=page)
    return f"?{kept.query}"
