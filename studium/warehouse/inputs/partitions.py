"""The lake as dbt sees it, and which of its dates were built.

Enters: partitions of the lake. Leaves: the views lake.events and lake.duplicates in
warehouse.duckdb, and the dates whose files changed since they were last built.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from studium.vocabulary import EventDay

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DUPLICATE_COLUMNS = {"event_id": "varchar", "source_file": "varchar"}
DUPLICATE_COLUMNS |= {"source_line": "bigint", "source_part": "bigint"}


def register_lake(connection: "DuckDBPyConnection", partitions: Sequence[EventDay]) -> None:
    """Create or replace the views over exactly the files of `partitions`; typed without any."""
    from studium.lake import EVENTS

    events = [path for part in partitions for path in part.paths]
    duplicates = [part.duplicates for part in partitions if part.duplicates]
    connection.execute("create schema if not exists lake")
    connection.execute(_view("lake.events", events, EVENTS.lake_columns))
    connection.execute(_view("lake.duplicates", duplicates, DUPLICATE_COLUMNS))


def note_lake(connection: "DuckDBPyConnection", lake: Mapping[date, str]) -> None:
    """Remember the fingerprints of all dates that the lake had, inside the interval or not."""
    connection.execute(
        "create or replace table studium.built_lake as "
        "select unnest($days::date[]) as event_date, unnest($prints::varchar[]) as fingerprint",
        {"days": list(lake), "prints": list(lake.values())},
    )


def find_unbuilt(connection: "DuckDBPyConnection", lake: Mapping[date, str]) -> list[date]:
    """Dates of the lake that are new, changed or gone since `note_lake`, in order."""
    known = "from duckdb_tables() where schema_name = 'studium' and table_name = 'built_lake'"
    if not connection.execute(known).fetchall():
        return sorted(lake)
    built = dict(connection.execute("from studium.built_lake").fetchall())
    return sorted(it for it in built.keys() | lake.keys() if built.get(it) != lake.get(it))


def _view(name: str, paths: Sequence[Path], columns: Mapping[str, str]) -> str:
    if not paths:
        typed = ", ".join(f"cast(null as {kind}) as {column}" for column, kind in columns.items())
        return (
            f"create or replace view {name} as select {typed}, null::date as event_date where false"
        )
    files = ", ".join(_text(str(path)) for path in paths)
    chosen = ", ".join(columns)
    # Not hive_partitioning, which would take every folder `name=value` above the lake for a column.
    start = len(str(paths[0].parent)) - len("2024-03-01") + 1
    return (
        f"create or replace view {name} as select {chosen},"
        f" cast(substr(filename, {start}, 10) as date) as event_date"
        f" from read_parquet([{files}], filename = true, hive_partitioning = false)"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
