"""Titles of courses, as their content names them, else the course catalogue; and since when they are.

Enters: a reader. Leaves: a title for every course that the viewer may see and that has learners or content.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from studium.serve.asking import ask
from studium.serve.release import Reader

# Logs name courses by mistake, `undefined` for one; such a name has no enrollment, no week and no content.
_KNOWN = {
    "course_axis": "select distinct course_id from course_axis",
    "d_course": "select distinct course_id from d_course",
    "course_enrollment_daily": "select distinct course_id from course_enrollment_daily",
    "course_activity": "select distinct course_id from course_activity",
    "broad_stats_by_course": "select distinct course_id from broad_stats_by_course",
}
_OF_CATALOGUE = (
    "select course_id, min(catalog_course_title) as title from d_course group by course_id"
)
_OF_CONTENT = "select course_id, min(name) as title from course_axis where category = 'course' group by course_id"


def titles_of(reader: Reader) -> dict[str, str]:
    """Course id to title; a course without a title is called by its id."""
    named = [*ask(reader, "d_course", _OF_CATALOGUE), *ask(reader, "course_axis", _OF_CONTENT)]
    titles = {row["course_id"]: row["title"] for row in named if row["title"]}
    known = {row["course_id"] for table, sql in _KNOWN.items() for row in ask(reader, table, sql)}
    return {key: titles.get(key, key) for key in reader.courses if key in known}


def names_of(titles: Mapping[str, str]) -> dict[str, str]:
    """A name for each course that no other has: runs of one title are told apart by their run, else by their key."""
    uses = Counter(titles.values())
    named = {
        key: title if uses[title] == 1 or title == key else f"{title} ({run_of(key)})"
        for key, title in titles.items()
    }
    again = Counter(named.values())
    return {
        key: name if again[name] == 1 else f"{titles[key]} ({key})" for key, name in named.items()
    }


def run_of(course_id: str) -> str:
    """The run in the key of a course: `course-v1:Uni+Data101+2024_T1` and `Uni/Data101/2024_T1` → 2024_T1"""
    separator = "+" if "+" in course_id else "/"
    return separator.join(course_id.split(separator)[2:]) or course_id


def title_of(reader: Reader, course_id: str) -> str:
    """The title of one course, or its id."""
    for table, sql in (("course_axis", _OF_CONTENT), ("d_course", _OF_CATALOGUE)):
        chosen = f"select title from ({sql}) where course_id = $course_id"
        found = ask(reader, table, chosen, {"course_id": course_id})
        if found and found[0]["title"]:
            return str(found[0]["title"])
    return course_id


def dates_of(reader: Reader, course_id: str) -> tuple[date | None, date | None]:
    """When the course begins and ends, as the catalogue says."""
    sql = (
        "select cast(min(start_time) as date) as first_day, cast(max(end_time) as date) as last_day "
        "from d_course where course_id = $course_id"
    )
    found = ask(reader, "d_course", sql, {"course_id": course_id})
    return (found[0]["first_day"], found[0]["last_day"]) if found else (None, None)


def first_day_of(reader: Reader, course_id: str) -> date | None:
    """The first day on which anybody was enrolled."""
    sql = "select min(date) as first_day from course_enrollment_daily where course_id = $course_id"
    found = ask(reader, "course_enrollment_daily", sql, {"course_id": course_id})
    return found[0]["first_day"] if found else None
