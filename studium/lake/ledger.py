"""The ledger: an SQLite file that says which raw files the lake holds and what became of each line.

Enters: what landing did. Leaves: rows. One writer (the workspace lock), any number of readers (WAL).
A file counts when its state is 'landed' or 'partial'; Parquet that the ledger does not name does not exist.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from studium.config import Workspace
from studium.errors import StudiumError, says_full_disk
from studium.lake.tasks import TaskOutcome

SCHEMA_VERSION = 5
# Of the provenance in Parquet of dumps: 1 names the course of a package, 2 a scope.
DUMP_LAYOUT = 2
COUNTED = "('landed', 'partial')"
SCHEMA = Path(__file__).parent / "ledger.sql"
COMPANIONS = ("", "-wal", "-shm")
MAKE_ANEW = "Restore it from a backup, or make it anew from the landing: studium doctor --repair"
# What the ledger keeps of a file's lines, and how many columns follow its name.
TABLES_OF_LINES = {
    "lake_files": 3,
    "parts": 3,
    "rejects": 2,
    "event_types": 3,
    "unknown_fields": 2,
    "dump_parts": 5,
    "skips": 2,
    "notes": 2,
    "odd_values": 4,
}
# What the ledger adds to a row: in which layout the Parquet of a dump was written.
ADDED = {"dump_parts": (DUMP_LAYOUT,)}


# Up to version 3 a delivery was of a course or, without one, of the whole site.
SCOPED = """
    insert into deliveries select sha256, content, format, dataset,
        case when course_id is null then 'site' else 'course' end, course_id, dump_date, dated_by, package
    from deliveries_before;
    drop table deliveries_before;
"""


class LostLedgerError(StudiumError):
    """There is a lake, but no ledger that says what is in it."""


def now() -> str:
    """The time of an act, for people to read; it enters no result."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def open_ledger(workspace: Workspace) -> Iterator[sqlite3.Connection]:
    """Open the ledger, create it in a new workspace; commits at the end, rolls back on an error.

    Raises LostLedgerError where it is damaged, or missing beside raw files.
    """
    _refuse_lost(workspace)
    with _explained(workspace.ledger):
        seal_of(workspace.ledger).unlink(missing_ok=True)
        connection = _connect(workspace.ledger)
        try:
            with connection:
                yield connection
        finally:
            connection.close()


@contextmanager
def read_ledger(workspace: Workspace) -> Iterator[sqlite3.Connection]:
    """Open the ledger for reading, also where nothing can be written; an empty one in a new workspace.

    Raises LostLedgerError where it is damaged, or missing beside raw files.
    """
    _refuse_lost(workspace)
    with _explained(workspace.ledger):
        connection = _connect_reader(workspace.ledger)
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def new_ledger(workspace: Workspace) -> Iterator[str | None]:
    """Begin an empty ledger; one that is there is moved aside, and its new name given.

    Only what is done inside may use it, until that ends well: a stop half-way must not pass for a whole lake.
    """
    marker = _unfinished(workspace)
    marker.write_text(str(os.getpid()))
    seal_of(workspace.ledger).unlink(missing_ok=True)
    aside = None
    if workspace.ledger.exists():
        aside = f"{workspace.ledger.name}.damaged-{now().replace(':', '').replace('+0000', 'Z')}"
        for ending in COMPANIONS:
            file = workspace.root / f"{workspace.ledger.name}{ending}"
            if file.exists():
                file.rename(workspace.root / f"{aside}{ending}")
    _connect(workspace.ledger).close()
    yield aside
    marker.unlink()


def seal_of(ledger: Path) -> Path:
    """Beside it: there between commands, not while one writes."""
    return ledger.with_suffix(".seal")


def _unfinished(workspace: Workspace) -> Path:
    """There while a new ledger is made; holds the id of the process that makes it."""
    return workspace.root / f"{workspace.ledger.name}.unfinished"


def _refuse_lost(workspace: Workspace) -> None:
    """No ledger beside raw files is no empty lake: it would be landed twice, or be deleted as unnamed."""
    marker = _unfinished(workspace)
    if marker.exists() and marker.read_text() != str(os.getpid()):
        raise LostLedgerError(
            "the ledger is damaged: it was made anew, and that was stopped",
            str(workspace.ledger),
            MAKE_ANEW,
        )
    if workspace.ledger.exists() and workspace.ledger.stat().st_size > 0:
        return
    if any(workspace.landing.glob("*/*")):
        fix = MAKE_ANEW
    elif any(workspace.lake.glob("events/*/*.parquet")):
        fix = "Restore it and landing/ from a backup, or land the files into another workspace."
    else:
        return
    raise LostLedgerError(
        "the ledger is missing, so nobody knows what the lake holds", str(workspace.ledger), fix
    )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if says_full_disk(str(error)):
            raise
        raise StudiumError(
            f"the ledger cannot be opened: {error}",
            str(path),
            "Check that the folder can be written and the disk has room (`studium doctor`).",
        ) from error
    except sqlite3.IntegrityError:
        raise
    except sqlite3.DatabaseError as error:
        raise LostLedgerError(f"the ledger is damaged: {error}", str(path), MAKE_ANEW) from error


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=60)
    connection.row_factory = sqlite3.Row
    connection.execute("pragma foreign_keys = on")
    if _version(connection, path) < SCHEMA_VERSION:
        connection.execute("pragma journal_mode = wal")
        _bring_up_to_date(connection, path)
    return connection


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables of this version in one transaction: who is killed in it leaves the ledger as it was."""
    connection.execute("begin immediate")
    with connection:
        if _version(connection, path) == SCHEMA_VERSION:
            return  # another process was first
        seal_of(path).unlink(missing_ok=True)
        before, after = "", ""
        if "course_id" in _columns(connection, "deliveries"):
            before, after = "alter table deliveries rename to deliveries_before;\n", SCOPED
        parts = _columns(connection, "dump_parts")
        if parts and "layout" not in parts:
            before += "alter table dump_parts add column layout integer not null default 1;\n"
        for statement in _statements_of(before + SCHEMA.read_text() + after):
            connection.execute(statement)
        connection.execute(f"pragma user_version = {SCHEMA_VERSION}")


def _statements_of(script: str) -> Iterator[str]:
    """One by one: `executescript` would commit before it begins."""
    waiting = ""
    for line in script.splitlines(keepends=True):
        waiting += line
        if sqlite3.complete_statement(waiting):
            yield waiting
            waiting = ""


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"pragma table_info({table})")]


def _connect_reader(path: Path) -> sqlite3.Connection:
    """Without a ledger, an empty one in memory. Where the folder can be written, SQLite clears up after itself."""
    if not path.exists():
        connection = sqlite3.connect(":memory:")
        connection.executescript(SCHEMA.read_text())
    elif os.access(path.parent, os.W_OK) and os.access(path, os.W_OK):
        connection = _connect(path)
    else:
        connection = _connect_unwritable(path)
    connection.row_factory = sqlite3.Row
    connection.execute("pragma query_only = on")
    return connection


def _connect_unwritable(path: Path) -> sqlite3.Connection:
    """Where nothing waits in the log of a stopped writer, SQLite needs no file beside this one."""
    log = path.with_name(f"{path.name}-wal")
    mode = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=60)
    if _version(connection, path) < SCHEMA_VERSION:
        raise StudiumError(
            "the ledger was written by an older Studium and cannot be brought up to date",
            str(path),
            "Make the workspace writable, and look again.",
        )
    return connection


def _version(connection: sqlite3.Connection, path: Path) -> int:
    version = int(connection.execute("pragma user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise StudiumError(
            f"the ledger has version {version}, this Studium knows {SCHEMA_VERSION}",
            str(path),
            "Use the newer Studium that wrote it, or another workspace.",
        )
    return version


def record_parsed(ledger: sqlite3.Connection, sha256: str, outcome: TaskOutcome) -> None:
    """Replace all that is known of a file's lines by what a child told of them, in one transaction."""
    forget_lines(ledger, sha256)
    ledger.execute("delete from due where sha256 = ?", (sha256,))
    ledger.execute(
        "update files set state = ?, damage = ?, parser_version = ?, lines = ?, rows = ?, skipped = ?, landed_at = ?"
        " where sha256 = ?",
        (
            outcome.state,
            outcome.damage,
            outcome.parser_version,
            outcome.lines,
            outcome.rows,
            outcome.skipped,
            now(),
            sha256,
        ),
    )
    for table, columns in TABLES_OF_LINES.items():
        places = ", ".join("?" * (columns + 1))
        ledger.executemany(
            f"insert into {table} values ({places})",
            [(sha256, *row, *ADDED.get(table, ())) for row in getattr(outcome, table)],
        )


def forget_lines(ledger: sqlite3.Connection, sha256: str) -> None:
    """Remove the lines of a file from the ledger; the file itself stays recorded."""
    for table in TABLES_OF_LINES:
        ledger.execute(f"delete from {table} where sha256 = ?", (sha256,))
