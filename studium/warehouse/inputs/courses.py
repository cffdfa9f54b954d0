"""Which courses a build has to recompute: those with other dumps than before, or events on touched dates.

Enters: current dumps, touched dates, the warehouse's notes. Leaves: course keys, kept in
studium.touched_courses until a build is finished: a killed one has changed the rows that told of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING

from studium.warehouse.inputs.dumps import DumpPartition

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_UNBUILT = ""
_KIND = "course"  # what tables by course are computed by
_OF_ALL = f"{_KIND}s of the site"


def fingerprints_of(dumps: Iterable[DumpPartition]) -> dict[str, str]:
    """A fingerprint of the dumps that count, per holder of rows.

    The key of a course is its own, and stands for the rows of its scope. Rows of courses that came for a wider scope
    may be of any course: `_OF_ALL`. What a dataset of another kind holds, such as a catalogue, is none of a course's:
    its key names its kind and scope, and touches nothing by course. What nobody declares, nobody reads.
    """
    from studium.lake import DATASETS

    parts: dict[str, list[str]] = defaultdict(list)
    for dump in dumps:
        declared = DATASETS.get(dump.dataset)
        if declared is None:
            continue
        if declared.scope != _KIND:
            holder = f"({declared.scope} of {dump.reach})"
        else:
            holder = dump.reach.id if dump.reach.kind == _KIND else _OF_ALL
        parts[holder].append(f"{dump.dataset} {dump.fingerprint}")
    return {
        holder: blake2b("\n".join(sorted(lines)).encode(), digest_size=16).hexdigest()
        for holder, lines in parts.items()
    }


def find_changed(connection: "DuckDBPyConnection", wanted: Mapping[str, str]) -> list[str]:
    """Courses whose dumps are new, others, or gone since they were built, in order."""
    connection.execute("create schema if not exists studium")
    connection.execute(
        "create table if not exists studium.built_dumps "
        "(course_id varchar primary key, fingerprint varchar not null)"
    )
    built = dict(connection.execute("from studium.built_dumps").fetchall())
    return sorted(
        course for course in built.keys() | wanted.keys() if built.get(course) != wanted.get(course)
    )


def find_courses(
    connection: "DuckDBPyConnection", changed: Sequence[str], days: Sequence[date]
) -> list[str] | None:
    """Courses to recompute, those of killed builds too; None stands for all.

    All of them when dumps of the whole site changed. A course with events on one of `days` counts,
    whether they are there now or were when it was built.
    """
    if _OF_ALL in changed:
        return None
    connection.execute(
        "create table if not exists studium.touched_courses (course_id varchar primary key)"
    )
    found = connection.execute("from studium.touched_courses").fetchall()
    for source in _tables_of_events(connection) if days else []:
        found += connection.execute(_courses_on(source, days)).fetchall()
    keys = {*changed, *(course for (course,) in found)}
    return sorted(key for key in keys if not key.startswith("("))


def note_begun(
    connection: "DuckDBPyConnection", changed: Sequence[str], courses: Sequence[str] | None
) -> None:
    """Remember which courses may be half done; dbt reads them from studium.touched_courses."""
    _write(connection, dict.fromkeys(changed, _UNBUILT))
    connection.execute(
        "create or replace table studium.touched_courses (course_id varchar primary key)"
    )
    connection.execute(
        "insert into studium.touched_courses select unnest($courses::varchar[])",
        {"courses": list(courses or [])},
    )


def note_built(
    connection: "DuckDBPyConnection", changed: Sequence[str], wanted: Mapping[str, str]
) -> None:
    """Write what courses were built from; forget those without dumps, and that any was touched."""
    _write(connection, {course: wanted[course] for course in changed if course in wanted})
    gone = [[course] for course in changed if course not in wanted]
    if gone:
        connection.executemany("delete from studium.built_dumps where course_id = ?", gone)
    connection.execute("delete from studium.touched_courses")


def _tables_of_events(connection: "DuckDBPyConnection") -> list[tuple[str, str, str]]:
    """Table, its date, its course: events as they are, and the tables that tell what they were."""
    now = [
        ("lake.events", "event_date", "course_id"),
        ("lake.events", "event_date", "enrollment_course_id"),
    ]
    before = [
        ("marts.event_types_daily", "date", "course_id"),
        ("marts.enrollment_events", "date", "course_id"),
    ]
    tables = connection.execute("select schema_name || '.' || table_name from duckdb_tables()")
    known = {name for (name,) in tables.fetchall()}
    return [*now, *(table for table in before if table[0] in known)]


def _courses_on(source: tuple[str, str, str], days: Sequence[date]) -> str:
    table, day, course = source
    dates = ", ".join(f"date '{one.isoformat()}'" for one in days)
    return (
        f"select distinct {course} from {table} where {course} is not null and {day} in ({dates})"
    )


def _write(connection: "DuckDBPyConnection", fingerprints: Mapping[str, str]) -> None:
    if fingerprints:
        connection.execute(
            "insert or replace into studium.built_dumps "
            "select unnest($courses), unnest($fingerprints)",
            {"courses": list(fingerprints), "fingerprints": list(fingerprints.values())},
        )
