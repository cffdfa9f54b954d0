"""The account of every line: per file, lines = events or rows + duplicates + quarantined + skipped; Parquet agrees.

Enters: the ledger and the footers of the lake's files. Leaves: what is off. Publishing stops at the first mismatch.
"""

from collections.abc import Sequence
from pathlib import Path

from studium.config import Workspace
from studium.lake.health.reading import REPAIR
from studium.lake.health.standing import Mismatch, inputs, waiting
from studium.lake.ledger import COUNTED, read_ledger
from studium.lake.partitions import event_partitions, stale_dates


def reconcile(workspace: Workspace) -> list[Mismatch]:
    """All files and dates whose account is off; an empty list is the proof that nothing was lost."""
    found = [
        Mismatch(
            file.path,
            f"not landed: {file.damage or 'the run was stopped'}",
            "`studium land` tries again; `studium retract` leaves it out.",
        )
        for file in waiting(workspace)
    ]
    for file in inputs(workspace):
        accounted = (
            file.events + file.table_rows + file.duplicates + file.quarantined + file.skipped
        )
        if file.lines != accounted:
            found.append(
                Mismatch(file.path, f"{file.lines} lines, {accounted} accounted for", REPAIR)
            )
    found += [
        Mismatch(f"event date {day}", "its duplicates are not known yet", "Run `studium land`.")
        for day in stale_dates(workspace)
    ]
    return found + _wrong_parquet(workspace)


def _wrong_parquet(workspace: Workspace) -> list[Mismatch]:
    with read_ledger(workspace) as ledger:
        events = ledger.execute(
            "select event_date, name, parts.rows from parts join files using (sha256)"
            f" where state in {COUNTED} order by 1, 2"
        ).fetchall()
        dumps = ledger.execute(
            "select folder, dump_date, name, dump_parts.rows from dump_parts join files using (sha256)"
            f" where state in {COUNTED} order by 1, 2, 3"
        ).fetchall()
        rejects = ledger.execute(
            "select sha256, sum(kept.lines) from"
            " (select sha256, lines from rejects union all select sha256, times from odd_values) as kept"
            f" join files using (sha256) where state in {COUNTED} group by 1 order by 1"
        ).fetchall()
    lake = workspace.lake
    expected = [(lake / "events" / f"event_date={day}" / name, rows) for day, name, rows in events]
    expected += [
        (lake / folder / f"dump_date={day}" / name, rows) for folder, day, name, rows in dumps
    ]
    expected += [(lake / "quarantine" / f"{sha256}.parquet", rows) for sha256, rows in rejects]
    expected += [
        (partition.duplicates, partition.duplicate_rows)
        for partition in event_partitions(workspace)
        if partition.duplicates
    ]
    if _footers_agree(expected):
        return []
    problems = ((path, _problem_of(path, rows)) for path, rows in expected)
    return [Mismatch(str(path), problem, REPAIR) for path, problem in problems if problem]


def _footers_agree(expected: Sequence[tuple[Path, int]]) -> bool:
    """Whether all files have the rows that they should, as DuckDB reads them; where not, each says why."""
    import duckdb

    paths = [str(path) for path, _ in expected]
    try:
        with duckdb.connect() as connection:
            footers = "select file_name, num_rows from parquet_file_metadata($paths::varchar[])"
            found = dict(connection.execute(footers, {"paths": paths}).fetchall())
    except duckdb.Error:
        return False
    return all(found.get(str(path)) == rows for path, rows in expected)


def _problem_of(path: Path, rows: int) -> str | None:
    import pyarrow.lib
    import pyarrow.parquet as pq

    try:
        found = pq.read_metadata(path).num_rows
    except FileNotFoundError:
        return f"the file is gone; the ledger counts {rows} rows"
    except (OSError, pyarrow.lib.ArrowException) as error:
        return f"the file cannot be read: {error}"
    return None if found == rows else f"{found} rows, the ledger counts {rows}"
