"""Which courses a build has to recompute: those with other dumps than before, or events on touched dates.

Enters: changed parts of the lake, the warehouse's notes. Leaves: course keys, kept in studium.touched_courses until
a build is finished; and of each date the courses that its events named, which tell of those that they name no more.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from studium.warehouse.engine import Engine
from studium.warehouse.inputs.changes import EVENTS, LOCATIONS, WHOLE

Named = frozenset[tuple[date, str]]  # a date, and a course that its events name
_NAMED_BY = ("course_id", "enrollment_course_id")  # columns of events


def find_named(engine: Engine, days: Sequence[date]) -> Named:
    """The courses that the events of `days` name."""
    if not days:
        return frozenset()
    listed = ", ".join(f"date '{day.isoformat()}'" for day in days)
    columns = ", ".join(_NAMED_BY)
    found = engine.rows(
        "select distinct * from ("
        f" select event_date, unnest([{columns}]) as course"
        f" from (select distinct event_date, {columns} from lake.events where event_date in ({listed}))"
        ") where course is not null"
    )
    return frozenset((day, course) for day, course in found)


def find_courses(
    engine: Engine, changed: Mapping[str, Sequence[str]], days: Sequence[date], named: Named
) -> list[str]:
    """Courses to recompute, those of killed builds too.

    A course that events of `days` name counts, now (`named`) or when they were built.
    """
    found = {
        part
        for source, parts in changed.items()
        if source not in {EVENTS, LOCATIONS}
        for part in parts
        if part != WHOLE
    }
    found |= {course for (course,) in engine.rows("from studium.touched_courses")}
    found |= {course for _, course in {*named, *_named_before(engine, days)}}
    return sorted(found)


def note_begun(
    engine: Engine, courses: Collection[str], days: Sequence[date], named: Named
) -> None:
    """Remember which courses may be half done; models read them from studium.touched_courses.

    The courses of `days` are those of before and of now, until the build is finished.
    """
    engine.rows("delete from studium.touched_courses")
    engine.rows(
        "insert into studium.touched_courses select unnest($courses::varchar[])",
        {"courses": sorted(courses)},
    )
    _write(engine, days, named | _named_before(engine, days))


def note_finished(engine: Engine, days: Sequence[date], named: Named) -> None:
    """No course is touched any more; the courses of `days` are those of now."""
    engine.rows("delete from studium.touched_courses")
    _write(engine, days, named)


def _named_before(engine: Engine, days: Sequence[date]) -> Named:
    found = engine.rows(
        "select event_date, course_id from studium.courses_of_days"
        " where event_date in (select unnest($days::date[]))",
        {"days": list(days)},
    )
    return frozenset((day, course) for day, course in found)


def _write(engine: Engine, days: Sequence[date], named: Named) -> None:
    engine.rows(
        "delete from studium.courses_of_days where event_date in (select unnest($days::date[]))",
        {"days": list(days)},
    )
    engine.rows(
        "insert into studium.courses_of_days"
        " select unnest($days::date[]), unnest($courses::varchar[])",
        {"days": [day for day, _ in named], "courses": [course for _, course in named]},
    )
