"""Event dates of the lake: which Parquet files each holds, which rows are duplicates, and a fingerprint of both.

Enters: the ledger. Leaves: `EventDay`s and lake/duplicates/event_date=…/<fingerprint>.parquet. A fingerprint depends
on the counted files of the date and the parser alone, so every order of arrival ends at the same one.
"""

import sqlite3
from collections import defaultdict
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from studium.config import Workspace
from studium.errors import StudiumError, says_full_disk
from studium.lake.checksums import checksum_of
from studium.lake.health.reading import REPAIR, checksums
from studium.lake.ledger import COUNTED, open_ledger, read_ledger
from studium.lake.raw_bytes import sync_folder
from studium.vocabulary import EventDay

if TYPE_CHECKING:
    import duckdb

DATES_AT_ONCE = 100
DUMP_PARTS = (
    "select folder, dump_date, name from dump_parts join files using (sha256)"
    f" where state in {COUNTED}"
)


class Part(NamedTuple):
    """One Parquet file of a date."""

    name: str
    rows: int
    parser_version: int


def event_partitions(workspace: Workspace) -> list[EventDay]:
    """All event dates that hold rows, in order."""
    with read_ledger(workspace) as ledger:
        parts = _parts_by_date(ledger)
        known = ledger.execute("select * from partitions order by event_date").fetchall()
    return [_partition(workspace.lake, row, parts[row["event_date"]]) for row in known]


def refresh_partitions(workspace: Workspace) -> list[str]:
    """Find the duplicates of every date whose files changed; returns those dates, as text."""
    with open_ledger(workspace) as ledger:
        parts = _parts_by_date(ledger)
        known = dict(ledger.execute("select event_date, fingerprint from partitions").fetchall())
    wanted = {day: _fingerprint(of_day) for day, of_day in parts.items()}
    gone = sorted(set(known) - set(wanted))
    changed = sorted(day for day, fingerprint in wanted.items() if known.get(day) != fingerprint)
    with open_ledger(workspace) as ledger:
        for day in gone:
            _record(ledger, day, None, [])
    for start in range(0, len(changed), DATES_AT_ONCE):
        days = changed[start : start + DATES_AT_ONCE]
        found = _write_duplicates(workspace, {day: (wanted[day], parts[day]) for day in days})
        with open_ledger(workspace) as ledger:
            for day in days:
                _record(ledger, day, wanted[day], found[day])
                _record_file(ledger, workspace.lake, day, wanted[day])
    return gone + changed


def forget_duplicates(ledger: sqlite3.Connection, path: Path) -> None:
    """Let the next landing find the duplicates of a date again, because their file is lost."""
    ledger.execute("delete from partitions where fingerprint = ?", (path.stem,))


def remove_unnamed(workspace: Workspace) -> None:
    """Delete Parquet that the ledger does not name: of files taken back, and of a run that was killed.

    Whoever reads the folders, Spark for one, then sees just what counts. The landing keeps the raw bytes.
    """
    with open_ledger(workspace) as ledger:
        parts = _parts_by_date(ledger)
        known = dict(ledger.execute("select event_date, fingerprint from partitions").fetchall())
        dumps = {tuple(row) for row in ledger.execute(DUMP_PARTS)}
        files = {
            row[0] for row in ledger.execute(f"select sha256 from files where state in {COUNTED}")
        }
    named = {f"event_date={day}/{part.name}" for day in parts for part in parts[day]}
    named |= {f"event_date={day}/{fingerprint}.parquet" for day, fingerprint in known.items()}
    for dataset in ("events", "duplicates"):
        for path in (workspace.lake / dataset).glob("event_date=*/*"):
            if f"{path.parent.name}/{path.name}" not in named:
                path.unlink()
        for folder in (workspace.lake / dataset).glob("event_date=*"):
            if not any(folder.iterdir()):
                folder.rmdir()
    for path in (workspace.lake / "quarantine").glob("*.parquet"):
        if path.stem not in files:
            path.unlink()
    for kind in ("dumps", "personal"):
        for folder in (workspace.lake / kind).glob("*/dump_date=*"):
            _remove_dumps(folder, f"{kind}/{folder.parent.name}", dumps)


def _remove_dumps(folder: Path, table: str, named: set[tuple[str, str, str]]) -> None:
    day = folder.name.removeprefix("dump_date=")
    for path in folder.iterdir():
        if (table, day, path.name) not in named:
            path.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()


def stale_dates(workspace: Workspace) -> list[str]:
    """Event dates whose files changed since their duplicates were found."""
    with read_ledger(workspace) as ledger:
        wanted = {day: _fingerprint(parts) for day, parts in _parts_by_date(ledger).items()}
        known = dict(ledger.execute("select event_date, fingerprint from partitions").fetchall())
    return sorted(day for day in wanted.keys() | known.keys() if wanted.get(day) != known.get(day))


def _parts_by_date(ledger: sqlite3.Connection) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = defaultdict(list)
    rows = ledger.execute(
        "select parts.event_date, parts.name, parts.rows, files.parser_version from parts join files using (sha256)"
        f" where files.state in {COUNTED} order by 1, 2"
    )
    for event_date, name, count, version in rows:
        found[event_date].append(Part(name, count, version))
    return found


def _fingerprint(parts: list[Part]) -> str:
    text = "\n".join(f"{part.name} {part.rows} {part.parser_version}" for part in parts)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _duplicates_path(lake: Path, event_date: str, fingerprint: str) -> Path:
    return lake / "duplicates" / f"event_date={event_date}" / f"{fingerprint}.parquet"


def _partition(lake: Path, row: sqlite3.Row, parts: list[Part]) -> EventDay:
    folder = lake / "events" / f"event_date={row['event_date']}"
    path = _duplicates_path(lake, row["event_date"], row["fingerprint"])
    return EventDay(
        day=date.fromisoformat(row["event_date"]),
        fingerprint=row["fingerprint"],
        paths=tuple(folder / part.name for part in parts),
        duplicates=path if row["duplicate_rows"] else None,
        rows=row["rows"],
        duplicate_rows=row["duplicate_rows"],
    )


def _write_duplicates(
    workspace: Workspace, dates: dict[str, tuple[str, list[Part]]]
) -> dict[str, list[tuple[str, int]]]:
    """Write the duplicates of some dates; returns (file, rows) of each, the date's own rows under ''."""
    import duckdb

    connection = duckdb.connect(config={"threads": 2, "memory_limit": "1500MB"})
    connection.execute("set enable_progress_bar = false")
    connection.execute("set temp_directory = $path", {"path": str(workspace.scratch)})
    lake = workspace.lake
    paths = [
        lake / "events" / f"event_date={day}" / part.name
        for day, (_, parts) in dates.items()
        for part in parts
    ]
    checksums(workspace, paths)
    _find_duplicates(connection, lake, [str(path) for path in paths])
    found: dict[str, list[tuple[str, int]]] = {
        day: [("", sum(part.rows for part in parts))] for day, (_, parts) in dates.items()
    }
    for day, source_file, count in connection.execute(
        "select cast(event_date as varchar), source_file, count(*) from duplicates group by all order by all"
    ).fetchall():
        found[day].append((source_file, count))
    for day, rows in found.items():
        if len(rows) > 1:
            _copy_duplicates(connection, day, _duplicates_path(lake, day, dates[day][0]))
    connection.close()
    return found


def _find_duplicates(connection: "duckdb.DuckDBPyConnection", lake: Path, paths: list[str]) -> None:
    import duckdb

    try:
        # Not hive_partitioning, which would take every folder `name=value` above the lake for a column.
        start = len(str(lake / "events" / "event_date=")) + 1
        connection.execute(DUPLICATES, {"paths": paths, "start": start})
    except duckdb.Error as error:
        if says_full_disk(str(error)) or isinstance(error, duckdb.OutOfMemoryException):
            raise
        raise StudiumError(
            f"a file of the lake cannot be read: {' '.join(str(error).split())[:300]}",
            str(lake),
            REPAIR,
        ) from error


# A duplicate is every copy of an event but the first by (source_file, source_line, source_part): a rule of names, not
# of arrival.
# Numbers are grouped faster than texts; the few events that share one without being equal are told apart at the end.
DUPLICATES = """
    create temp table duplicates as
    with repeated as (
        select hash(event_id) as number
        from read_parquet($paths, hive_partitioning = false)
        group by number having count(*) > 1
    ),
    events as (
        select cast(substr(filename, $start, 10) as date) as event_date, event_id, source_file, source_line,
            source_part
        from read_parquet($paths, filename = true, hive_partitioning = false)
    )
    select event_date, event_id, source_file, source_line, source_part
    from events
    where hash(event_id) in (select number from repeated)
    qualify row_number() over (partition by event_date, event_id order by source_file, source_line, source_part) > 1
"""


def _copy_duplicates(connection: "duckdb.DuckDBPyConnection", day: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    connection.execute(
        "copy (select event_id, source_file, source_line, source_part from duplicates"
        " where event_date = cast($day as date)"
        f" order by all) to '{str(temporary).replace(chr(39), chr(39) * 2)}' (format parquet, compression zstd)",
        {"day": day},
    )
    temporary.rename(path)
    sync_folder(path.parent)


def _record(
    ledger: sqlite3.Connection, day: str, fingerprint: str | None, found: list[tuple[str, int]]
) -> None:
    ledger.execute("delete from partitions where event_date = ?", (day,))
    ledger.execute("delete from duplicates where event_date = ?", (day,))
    if fingerprint is None:
        return
    rows = dict(found)[""]
    by_file = [(day, name, count) for name, count in found if name]
    ledger.executemany("insert into duplicates values (?, ?, ?)", by_file)
    duplicate_rows = sum(count for _, _, count in by_file)
    ledger.execute(
        "insert into partitions values (?, ?, ?, ?)", (day, fingerprint, rows, duplicate_rows)
    )


def _record_file(ledger: sqlite3.Connection, lake: Path, day: str, fingerprint: str) -> None:
    """The size and the checksum of a date's list of duplicates, if it has one."""
    before = f"duplicates/event_date={day}/%"
    ledger.execute("delete from lake_files where sha256 = '' and path like ?", (before,))
    path = _duplicates_path(lake, day, fingerprint)
    if path.exists():
        facts = ("", str(path.relative_to(lake)), path.stat().st_size, checksum_of(path))
        ledger.execute("insert into lake_files values (?, ?, ?, ?)", facts)
