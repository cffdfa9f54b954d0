"""Courses beside each other: what becomes of their learners, and their weeks since each began.

Enters: a reader, courses. Leaves: `CourseOutcome` and `CourseWeek` rows.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from studium.serve.asking import ask
from studium.serve.courses.engagement.answers import last_week, read_all_activity
from studium.serve.courses.titles import titles_of
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["institution"])
MOST = 6  # as many as there are colours that everybody tells apart


@dataclass(frozen=True)
class CourseOutcome:
    """What became of the learners of a course, as counts and sums over those who registered."""

    course_id: str
    registered: int | None
    viewed: int | None
    explored: int | None
    certified: int | None
    registered_verified: int | None
    certified_verified: int | None
    forum_posts: int | None
    days_active: int | None


@dataclass(frozen=True)
class CourseWeek:
    """A complete week of a course, from Monday; `week` is 1 in its first with anybody enrolled or active."""

    course_id: str
    week: int
    starts_on: date
    ever_enrolled: int | None
    enrolled: int | None
    active: int | None


_LARGEST = """
select course_id, max(cumulative_count) as ever_enrolled
from course_enrollment_daily
group by course_id
order by ever_enrolled desc nulls last, course_id
"""
_OUTCOMES = """
select
    course_id,
    registered_sum as registered,
    viewed_sum as viewed,
    explored_sum as explored,
    certified_sum as certified,
    n_verified_id as registered_verified,
    verified_certified as certified_verified,
    nforum_posts_sum as forum_posts,
    ndays_act_sum as days_active
from broad_stats_by_course
where list_contains($chosen, course_id)
order by course_id
"""
_ENROLLED = """
select
    course_id,
    cast(date_trunc('week', date) as date) as starts_on,
    arg_max_null(cumulative_count, date) as ever_enrolled,
    arg_max_null(count, date) as enrolled
from course_enrollment_daily
where list_contains($chosen, course_id)
group by course_id, starts_on
order by course_id, starts_on
"""


def choose_courses(reader: Reader, named: list[str]) -> list[str]:
    """Those of `named` that there are for this principal, else the largest; at most six."""
    known = titles_of(reader)
    chosen = [course_id for course_id in dict.fromkeys(named) if course_id in known]
    if not chosen:
        found = ask(reader, "course_enrollment_daily", _LARGEST)
        chosen = [row["course_id"] for row in found if row["course_id"] in known] or list(known)
    return chosen[:MOST]


def read_outcomes(reader: Reader, chosen: list[str]) -> list[CourseOutcome]:
    """What became of learners, in the order of `chosen`; courses without tables of the platform are left out."""
    found = ask(reader, "broad_stats_by_course", _OUTCOMES, {"chosen": chosen})
    rows = {row["course_id"]: CourseOutcome(**row) for row in found}
    return [rows[course_id] for course_id in chosen if course_id in rows]


def read_weeks(reader: Reader, chosen: list[str]) -> list[CourseWeek]:
    """Complete weeks of each course, in the order of `chosen`."""
    enrolled: dict[str, dict[date, dict[str, Any]]] = {}
    for row in ask(reader, "course_enrollment_daily", _ENROLLED, {"chosen": chosen}):
        enrolled.setdefault(row["course_id"], {})[row["starts_on"]] = row
    activity = read_all_activity(reader)
    latest = last_week(reader.as_of)
    rows = []
    for course_id in chosen:
        sizes = enrolled.get(course_id, {})
        active = {week.interval_start.date(): week.active for week in activity.get(course_id, [])}
        mondays = sorted(day for day in {*sizes, *active} if latest is None or day <= latest)
        rows += [
            CourseWeek(
                course_id,
                (monday - mondays[0]).days // 7 + 1,
                monday,
                sizes.get(monday, {}).get("ever_enrolled"),
                sizes.get(monday, {}).get("enrolled"),
                active.get(monday, 0 if active else None),
            )
            for monday in mondays
        ]
    return rows


_Chosen = Annotated[
    list[str] | None, Query(max_length=MOST, description="Ids of courses; else the largest.")
]


@router.get("/compare", response_model=Listing[CourseOutcome])
@rule(Rule.ACCOUNT)
def outcomes(reader: Reading, page: Paging, course: _Chosen = None) -> Any:
    """What became of the learners of up to six courses."""
    rows = read_outcomes(reader, choose_courses(reader, course or []))
    return answer_all(reader, CourseOutcome, rows, page)


@router.get("/compare/weeks", response_model=Listing[CourseWeek])
@rule(Rule.ACCOUNT)
def weeks(reader: Reading, page: Paging, course: _Chosen = None) -> Any:
    """Up to six courses by week since each began."""
    rows = read_weeks(reader, choose_courses(reader, course or []))
    return answer_all(reader, CourseWeek, rows, page)
