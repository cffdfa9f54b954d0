"""The lake as dbt sees it, and which of its dates were built.

Enters: partitions of the lake. Leaves: the views lake.events and lake.duplicates in
warehouse.duckdb, and the dates whose files changed since they were last built.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from studium.vocabulary import EventDay

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_UNBUILT = ""

DUPLICATE_COLUMNS = {"event_id": "varchar", "source_file": "varchar", "source_line": "bigint"}


def register_lake(connection: "DuckDBPyConnection", partitions: Sequence[EventDay]) -> None:
    """Create or replace the views over exactly the files of `partitions`; typed without any."""
    from studium.lake import EVENTS

    events = [path for part in partitions for path in part.paths]
    duplicates = [part.duplicates for part in partitions if part.duplicates]
    connection.execute("create schema if not exists lake")
    connection.execute(_view("lake.events", events, EVENTS.lake_columns))
    connection.execute(_view("lake.duplicates", duplicates, DUPLICATE_COLUMNS))


def read_built(connection: "DuckDBPyConnection") -> dict[date, str]:
    """Fingerprint of each date as it was built last; no partition's for one that is half done."""
    connection.execute("create schema if not exists studium")
    connection.execute(
        "create table if not exists studium.built_partitions "
        "(event_date date primary key, fingerprint varchar not null)"
    )
    rows = connection.execute("select event_date, fingerprint from studium.built_partitions")
    return dict(rows.fetchall())


def find_touched(built: Mapping[date, str], wanted: Mapping[date, str]) -> list[date]:
    """Dates that are new, changed or gone, in order."""
    days = built.keys() | wanted.keys()
    return sorted(day for day in days if built.get(day) != wanted.get(day))


def mark_unbuilt(connection: "DuckDBPyConnection", days: Iterable[date]) -> None:
    """Remember that the rows of `days` may be half done, so that a killed build is done again."""
    _write(connection, dict.fromkeys(days, _UNBUILT))


def mark_built(
    connection: "DuckDBPyConnection", days: Iterable[date], wanted: Mapping[date, str]
) -> None:
    """Write what `days` were built from; forget those that are not in the lake any more."""
    days = list(days)
    _write(connection, {day: wanted[day] for day in days if day in wanted})
    gone = [[day] for day in days if day not in wanted]
    if gone:
        connection.executemany("delete from studium.built_partitions where event_date = ?", gone)


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
    return find_touched(dict(connection.execute("from studium.built_lake").fetchall()), lake)


def _write(connection: "DuckDBPyConnection", fingerprints: Mapping[date, str]) -> None:
    if fingerprints:
        connection.execute(
            "insert or replace into studium.built_partitions "
            "select unnest($days), unnest($fingerprints)",
            {"days": list(fingerprints), "fingerprints": list(fingerprints.values())},
        )


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
