"""A release of any size, made of tables alone: no log is landed and no model is run.

Enters: how many learners and learner-days. Leaves: a workspace whose warehouse holds every table of the dictionary
in its types, those that pages and API read with rows; `publish_again` makes a release of them by the real way.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.measuring import new_workspace
from benchmarks.serving.people import PEOPLE
from benchmarks.serving.tables import COURSES, LAST_DAY
from studium.analyses import analysis_catalogue
from studium.config import Workspace, open_workspace
from studium.progress import Silent
from studium.publish import AreaEvidence, Candidate, Clock, LakeEvidence, publish
from studium.vocabulary import CheckOutcome, InputFile, Table
from studium.warehouse import catalogue

_FILLED = COURSES | PEOPLE
_TYPES = {"string": "varchar"}
_REGISTRATIONS_PER_LEARNER = 1.3


@dataclass(frozen=True)
class Size:
    """`learner_days` are rows of person_course_day; what grows with events beside it keeps its share."""

    learners: int
    learner_days: int

    @property
    def courses(self) -> int:
        """One for ten thousand learners, ten at least."""
        return max(10, self.learners // 10_000)

    @property
    def counts(self) -> dict[str, int]:
        """Rows for each registration of the tables that grow with the events."""
        days = max(1, round(self.learner_days / (self.learners * _REGISTRATIONS_PER_LEARNER)))
        return {
            "days": days,
            "problems": max(1, days // 4),
            "videos": max(1, days // 4),
            "engagements": max(1, days // 3),
        }


def invent(folder: Path, size: Size) -> Workspace:
    """A workspace with a first release; what is there already is used again."""
    name = folder / f"load-{size.learners}-{size.learner_days}"
    if not (name / "current").exists():
        shutil.rmtree(name, ignore_errors=True)
        new_workspace(name)
        workspace = open_workspace(name)
        _write_warehouse(workspace, size)
        publish_again(workspace)
    return open_workspace(name)


def publish_again(workspace: Workspace) -> str:
    """One more release, different from the one before by a row; its id."""
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("insert into marts.grading_policy (course_id) values ('none')")
        found = connection.execute(
            "select sum(event_count) from marts.event_types_daily"
        ).fetchone()
    events = int(found[0]) if found else 0
    day = date.fromisoformat(LAST_DAY)
    lake = LakeEvidence(
        [InputFile("tracking.log", "a" * 64, events, events=events)], [], {day: events}
    )
    described = [_described(model) for model in _models(workspace)]
    candidate = Candidate(
        {"courses": AreaEvidence([CheckOutcome("all_is_well", "pass")], lake, described)}
    )
    return publish(workspace, candidate, Silent(), Clock.real(day)).release.id


def _models(workspace: Workspace) -> list[Table]:
    return [*catalogue(workspace), *analysis_catalogue()]


def _described(model: Table) -> Table:
    return Table(
        name=model.name,
        rows=0,
        checksum="",
        grain=model.grain,
        rights=model.rights,
        counts=model.counts,
    )


def _write_warehouse(workspace: Workspace, size: Size) -> None:
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("set memory_limit = '6GB'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set enable_progress_bar = false")
        connection.execute("create schema marts; create schema studium")
        connection.execute(
            "create table studium.last_build as select 'invented' as models_hash, null::date as events_from, "
            "date '2024-12-30' as as_of, false as compat, true as is_complete"
        )
        _write_people(connection, size)
        for model in _models(workspace):
            types = {it.name: _TYPES.get(it.type, it.type) for it in model.columns}
            columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
            connection.execute(f'create table marts."{model.name}" ({columns})')
            if model.name in _FILLED:
                connection.execute(_insert(model.name, types, size.counts))


def _write_people(connection: duckdb.DuckDBPyConnection, size: Size) -> None:
    """Courses of very different sizes: the largest of a hundred has a tenth of all registrations."""
    connection.execute(
        f"""
        create temp table registrations as
        with drawn as (
            select l, place, cast(floor({size.courses} * pow(hash(l, place) % 1000000 / 1e6, 2)) as bigint) as c
            from range({size.learners}) as learners (l), range(2) as places (place)
            where place = 0 or l % 10 < 3
        )
        select distinct on (l, c)
            l * 2 + place as n, c, 'course-v1:Uni' || c % 7 || '+C' || c || '+2024' as course_id,
            substr(md5(cast(l as varchar)), 1, 8) || l as username, l as user_id
        from drawn
        """
    )
    connection.execute(
        "create temp table courses as select c, any_value(course_id) as course_id, 'Uni' || c % 7 as org, "
        "'Introduction to ' || c as title, count(*) as size from registrations group by c"
    )


def _insert(name: str, types: Mapping[str, str], counts: Mapping[str, int]) -> str:
    filled = _FILLED[name]
    source = filled.source
    for word, count in counts.items():
        source = source.replace(f"${word}", str(count))
    values = [
        f"cast({filled.columns.get(column, _usual(kind, place))} as {kind})"
        for place, (column, kind) in enumerate(types.items())
    ]
    return f'insert into marts."{name}" select {", ".join(values)} from ({source})'


def _usual(kind: str, place: int) -> str:
    if kind == "bigint":
        return f"hash(n + {place}) % 20"
    if kind == "double":
        return f"hash(n + {place}) % 1000 / 10"
    return f"n % {place + 2} = 0" if kind == "boolean" else "null"
