"""What a build has to do, and what the warehouse remembers about builds.

Enters: the warehouse's own notes (schema `studium`), partitions of the lake, the interval. Leaves:
a `Plan`; `begin` and `finish` write the notes, so that a build killed between them is done again.
"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from studium.warehouse.inputs.courses import (
    find_changed,
    find_courses,
    fingerprints_of,
    note_begun,
    note_built,
)
from studium.warehouse.inputs.dumps import Contents
from studium.warehouse.inputs.partitions import (
    find_touched,
    mark_built,
    mark_unbuilt,
    note_lake,
    read_built,
)
from studium.warehouse.interval import Interval

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Plan:
    """`touched` dates are recomputed, or all if `is_full`; `wanted` fingerprints are to be built.

    `lake` holds the fingerprints of all dates, those outside the interval too. `courses` are
    recomputed, or all if None or `is_full`; of them those in `changed` have other dumps than before,
    whose fingerprints are `dumps`. The interval `is_moved` unless the last build was of the same, and finished.
    """

    interval: Interval
    models_hash: str
    touched: list[date]
    wanted: dict[date, str]
    lake: dict[date, str]
    courses: list[str] | None
    changed: list[str]
    dumps: dict[str, str]
    is_full: bool
    is_needed: bool
    is_moved: bool


@dataclass(frozen=True)
class LastBuild:
    """What the last build counted, by which models; `is_complete` is false for a killed one."""

    interval: Interval
    models_hash: str
    is_complete: bool


def make_plan(
    connection: "DuckDBPyConnection",
    interval: Interval,
    models_hash: str,
    contents: Contents,
) -> Plan:
    """Compare the partitions inside `interval`, and the dumps, with what was built last."""
    lake = {part.day: part.fingerprint for part in contents.partitions}
    wanted = {day: fingerprint for day, fingerprint in lake.items() if interval.holds(day)}
    last = read_last_build(connection)
    touched = find_touched(read_built(connection), wanted)
    dumps = fingerprints_of(contents.dumps)
    changed = find_changed(connection, dumps)
    is_full = last is None or _means_otherwise(last, interval, models_hash)
    is_same = last is not None and last.is_complete and last.interval == interval
    return Plan(
        interval=interval,
        models_hash=models_hash,
        touched=touched,
        wanted=wanted,
        lake=lake,
        courses=find_courses(connection, changed, touched),
        changed=changed,
        dumps=dumps,
        is_full=is_full,
        is_needed=bool(touched or changed) or is_full or not is_same,
        is_moved=not is_same,
    )


def begin(connection: "DuckDBPyConnection", plan: Plan) -> None:
    """Note that the build is under way, in one transaction."""
    connection.execute("begin")
    if plan.is_full:
        connection.execute("delete from studium.last_build")
    connection.execute(
        "create table if not exists studium.touched_learners (course_id varchar, username varchar)"
    )
    connection.execute("update studium.last_build set is_complete = false")
    mark_unbuilt(connection, plan.touched)
    note_begun(connection, plan.changed, plan.courses)
    connection.execute("commit")


def finish(connection: "DuckDBPyConnection", plan: Plan) -> None:
    """Note that everything in `plan` is built, in one transaction."""
    interval = plan.interval
    connection.execute("begin")
    mark_built(connection, plan.touched, plan.wanted)
    note_lake(connection, plan.lake)
    note_built(connection, plan.changed, plan.dumps)
    connection.execute("delete from studium.touched_learners")
    connection.execute("delete from studium.last_build")
    connection.execute(
        "insert into studium.last_build values (?, ?, ?, ?, true)",
        [plan.models_hash, interval.events_from, interval.as_of, interval.compat],
    )
    connection.execute("commit")


def read_last_build(connection: "DuckDBPyConnection") -> LastBuild | None:
    """The last build, finished or not; None when there was none."""
    connection.execute("create schema if not exists studium")
    connection.execute(
        "create table if not exists studium.last_build (models_hash varchar, events_from date, "
        "as_of date, compat boolean, is_complete boolean)"
    )
    row = connection.execute("from studium.last_build").fetchone()
    if row is None:
        return None
    return LastBuild(Interval(row[1], row[2], row[3]), models_hash=row[0], is_complete=row[4])


def _means_otherwise(last: LastBuild, interval: Interval, models_hash: str) -> bool:
    return last.models_hash != models_hash or last.interval.compat != interval.compat
