"""Sightings: a fact as an analyst would see it, with its course, user and type resolved.

Enters: facts and the university. Leaves: `Sighting`s that the counting loops walk over.
"""

from collections.abc import Iterator
from typing import NamedTuple

from studium.simulate.courses.campus import Course, Profile
from studium.simulate.courses.facts import (
    BAD_COURSE,
    COURSE_IN_URL,
    DAY,
    NAMELESS,
    STRANGER,
    Fact,
    day_text,
)
from studium.simulate.courses.names import logged_course, logged_source, logged_type


class Sighting(NamedTuple):
    """One event: `course` is None without a valid key, `course_text` what the log says about it.

    `username` and `user_id` are None where the event has none. `kind` is the simulator's own name
    of what happened, the same for browser and mobile forms.
    """

    time: int
    day: int
    course: str | None
    course_text: str
    is_course_in_context: bool
    username: str | None
    user_id: int | None
    kind: str
    event_type: str
    source: str
    fact: Fact


def sightings_of(
    facts: list[Fact], profile: Profile, university: tuple[Course, ...]
) -> Iterator[Sighting]:
    """The learner's facts, in their order, as sightings."""
    for fact in facts:
        course = university[fact.course] if fact.course >= 0 else None
        marks = fact.marks
        is_stranger = bool(marks & STRANGER)
        is_bad = bool(marks & BAD_COURSE)
        key = course.key if course and not is_bad else None
        yield Sighting(
            time=fact.time,
            day=fact.time // DAY,
            course=key,
            course_text=logged_course(fact, course) if is_bad else key or "",
            is_course_in_context=key is not None and not marks & COURSE_IN_URL,
            username=None if is_stranger or fact.kind in NAMELESS else profile.username,
            user_id=None if is_stranger or fact.kind == "course_graded" else profile.user_id,
            kind=fact.kind,
            event_type=logged_type(fact, course),
            source=logged_source(fact),
            fact=fact,
        )


def monday_of(day: int) -> int:
    """The Monday of the ISO week of a day, both in days since 1970-01-01 (a Thursday)."""
    return day - (day + 3) % 7


def timestamp_text(time: int) -> str:
    """Microseconds since 1970 as `YYYY-MM-DD HH:MM:SS.ffffff`, UTC."""
    seconds, micros = divmod(time % DAY, 1_000_000)
    minutes, second = divmod(seconds, 60)
    clock = f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}.{micros:06d}"
    return f"{day_text(time // DAY)} {clock}"


def csv_text(value: object) -> str:
    """A value of a truth file; empty text is NULL."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
