"""The ledger: an SQLite file that says which raw files the lake holds and what became of each line.

Enters: what landing did. Leaves: rows. One writer (the workspace lock), any number of readers (WAL).
A file counts when its state is 'landed' or 'partial'; Parquet that the ledger does not name does not exist.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from studium.config import Workspace
from studium.errors import StudiumError

SCHEMA_VERSION = 2
COUNTED = "('landed', 'partial')"


def now() -> str:
    """The time of an act, for people to read; it enters no result."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def open_ledger(workspace: Workspace) -> Iterator[sqlite3.Connection]:
    """Open the ledger, create it where it is missing; commits at the end, rolls back on an error."""
    connection = _connect(workspace.ledger)
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    try:
        connection = sqlite3.connect(path, timeout=60)
        connection.row_factory = sqlite3.Row
        connection.execute("pragma foreign_keys = on")
        version = connection.execute("pragma user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise StudiumError(
                f"the ledger has version {version}, this Studium knows {SCHEMA_VERSION}",
                str(path),
                "Use the newer Studium that wrote it, or another workspace.",
            )
        if is_new or version < SCHEMA_VERSION:
            connection.execute("pragma journal_mode = wal")
            connection.executescript((Path(__file__).parent / "ledger.sql").read_text())
            connection.execute(f"pragma user_version = {SCHEMA_VERSION}")
            connection.commit()
    except sqlite3.OperationalError as error:
        raise StudiumError(
            f"the ledger cannot be opened: {error}",
            str(path),
            "Check that the folder can be written and the disk has room (`studium doctor`).",
        ) from error
    except sqlite3.DatabaseError as error:
        raise StudiumError(
            f"the ledger is damaged: {error}",
            str(path),
            "Restore it from a backup, or move the workspace away and land the files again.",
        ) from error
    return connection


def record_parsed(ledger: sqlite3.Connection, sha256: str, outcome: dict[str, Any]) -> None:
    """Replace all that is known of a file's lines in one transaction; `outcome` as `parsing.Outcome` gives it."""
    forget_lines(ledger, sha256)
    ledger.execute(
        "update files set state = ?, damage = ?, parser_version = ?, lines = ?, rows = ?, landed_at = ?"
        " where sha256 = ?",
        (
            outcome["state"],
            outcome["damage"],
            outcome["parser_version"],
            outcome["lines"],
            outcome["rows"],
            now(),
            sha256,
        ),
    )
    for table, columns in (("parts", 3), ("rejects", 2), ("event_types", 3), ("unknown_fields", 2)):
        places = ", ".join("?" * (columns + 1))
        ledger.executemany(
            f"insert into {table} values ({places})", [(sha256, *row) for row in outcome[table]]
        )


def forget_lines(ledger: sqlite3.Connection, sha256: str) -> None:
    """Remove the lines of a file from the ledger; the file itself stays recorded."""
    for table in ("parts", "rejects", "event_types", "unknown_fields"):
        ledger.execute(f"delete from {table} where sha256 = ?", (sha256,))
