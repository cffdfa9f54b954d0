"""The file accounts.sqlite behind an engine: commits survive a loss of power, and it is the file on the disk.

Enters: a path. Leaves: an engine. A file that was replaced is opened anew by the next that asks; one that is gone
or damaged is a refusal, where SQLite would make an empty one or go on with what was deleted.
"""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DisconnectionError

from studium.errors import StudiumError

_WAIT_SECONDS = 30
_RESTORE = "Restore it from a backup, then look: studium audit verify"


class AccountsLostError(StudiumError):
    """The accounts are gone or damaged: nobody is let in. Status 503."""


def open_file(path: Path) -> Engine:
    """The engine; raises AccountsLostError, also later, for a file that is gone or damaged."""

    def connect() -> sqlite3.Connection:
        if not path.exists():
            raise AccountsLostError("The accounts were removed", str(path), _RESTORE)
        connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, check_same_thread=False)
        try:
            connection.isolation_level = None
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
            connection.execute("pragma foreign_keys = on")
        except sqlite3.DatabaseError as error:
            connection.close()
            _refuse_damaged(path, error)
            raise
        return connection

    engine = create_engine(f"sqlite:///{path}", creator=connect)

    @event.listens_for(engine, "connect")
    def connected(_connection: Any, record: Any) -> None:
        record.info["file"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def taken(_connection: Any, record: Any, _proxy: object) -> None:
        if record.info["file"] != _identity(path):
            raise DisconnectionError  # a new connection is made in its place

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("begin immediate" if writes else "begin")

    @event.listens_for(engine, "handle_error")
    def failed(context: ExceptionContext) -> None:
        _refuse_damaged(path, context.original_exception)

    return engine


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _refuse_damaged(path: Path, error: BaseException) -> None:
    """Raise AccountsLostError for what SQLite says of a file that is broken; its other errors are of a class below."""
    if type(error) is sqlite3.DatabaseError:
        raise AccountsLostError(f"The accounts are damaged: {error}", str(path), _RESTORE) from None
