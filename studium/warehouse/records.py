"""What the warehouse remembers about builds: its own notes, in schema `studium`.

Enters: an engine. Leaves: what the last build counted, and of each model what its table was made of; all notes of
a build that ended are written in one transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studium.warehouse.engine import DuckdbEngine, Engine
from studium.warehouse.interval import Interval

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

UNFINISHED = ""
_TABLES = {
    "last_build": "models_hash varchar, events_from date, as_of date, compat boolean, is_complete boolean",
    "build_state": "state varchar",
    "built_models": "name varchar primary key, relation varchar, definition varchar, text varchar, version varchar",
    "built_inputs": "source varchar, part varchar, fingerprint varchar, primary key (source, part)",
    "built_repeats": "dataset varchar primary key, files varchar[]",
    "scopes_of_days": "event_date date, kind varchar, id varchar",
    "touched_scopes": "kind varchar, id varchar, primary key (kind, id)",
    "touched_people": "scope_id varchar, person varchar",
    "promises": "name varchar primary key, state varchar, status varchar, failures bigint",
}
_FORMER = (
    "built_partitions",
    "built_dumps",
    "built_locations",
    "idle_models",
    "courses_of_days",
    "touched_courses",
    "touched_learners",
)


@dataclass(frozen=True)
class LastBuild:
    """What the last build counted, by which models; `is_complete` is false for a killed one."""

    interval: Interval
    models_hash: str
    is_complete: bool


@dataclass(frozen=True)
class Record:
    """What a table was made of: its `definition`, its SQL (`text`), and of what it read (`version`).

    A version is equal only where all of this is, for all that it reads too: then the rows are. One that is
    UNFINISHED may be half done.
    """

    name: str
    relation: str
    definition: str
    text: str
    version: str


def prepare_notes(engine: Engine) -> None:
    """Make the tables of notes that are missing; a warehouse of an earlier Studium is built anew."""
    known = engine.relations()
    if all(f'studium."{name}"' in known for name in _TABLES):
        return
    with engine.transaction():
        engine.rows("create schema if not exists studium")
        is_former = any(f'studium."{name}"' in known for name in _FORMER)
        for name in (*_FORMER, *(_TABLES if is_former else ())):
            engine.rows(f"drop table if exists studium.{name}")
        for name, columns in _TABLES.items():
            engine.rows(f"create table if not exists studium.{name} ({columns})")


def read_last_build(connection: "DuckDBPyConnection") -> LastBuild | None:
    """The last build, finished or not; None when there was none."""
    return last_build(DuckdbEngine(connection))


def last_build(engine: Engine) -> LastBuild | None:
    """The last build, finished or not; None when there was none."""
    prepare_notes(engine)
    rows = engine.rows("from studium.last_build")
    if not rows:
        return None
    models_hash, events_from, as_of, compat, is_complete = rows[0]
    return LastBuild(Interval(events_from, as_of, compat), models_hash, is_complete)


def note_last_build(engine: Engine, last: LastBuild) -> None:
    """Remember it in place of the one before."""
    engine.rows("delete from studium.last_build")
    engine.rows(
        "insert into studium.last_build values ($models, $first, $as_of, $compat, $is_complete)",
        {
            "models": last.models_hash,
            "first": last.interval.events_from,
            "as_of": last.interval.as_of,
            "compat": last.interval.compat,
            "is_complete": last.is_complete,
        },
    )


def read_state(engine: Engine) -> str:
    """Of all that the last build followed from; empty unless it ended with every model."""
    rows = engine.rows("from studium.build_state")
    return str(rows[0][0]) if rows else ""


def note_state(engine: Engine, state: str) -> None:
    """Remember it; an empty one forgets."""
    engine.rows("delete from studium.build_state")
    engine.rows("insert into studium.build_state values ($state)", {"state": state})


def read_records(engine: Engine) -> dict[str, Record]:
    """Name of each model that has a table -> what it was made of."""
    return {row[0]: Record(*row) for row in engine.rows("from studium.built_models")}


def write_records(engine: Engine, records: Iterable[Record]) -> None:
    """Remember these in place of earlier ones of their names."""
    rows = list(records)
    if rows:
        engine.rows(
            "insert or replace into studium.built_models select unnest($names), unnest($relations),"
            " unnest($definitions), unnest($texts), unnest($versions)",
            {
                "names": [it.name for it in rows],
                "relations": [it.relation for it in rows],
                "definitions": [it.definition for it in rows],
                "texts": [it.text for it in rows],
                "versions": [it.version for it in rows],
            },
        )


def forget_records(engine: Engine, names: Iterable[str]) -> None:
    """Their tables are made as a whole when they are made again."""
    engine.rows(
        "delete from studium.built_models where name in (select unnest($names::varchar[]))",
        {"names": list(names)},
    )
