"""The database is opened: accounts.sqlite, or the one that is set.

Enters: a workspace. Leaves: an engine with all tables there, and transactions of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.serve.accounts.store.file import open_file
from studium.serve.accounts.store.migration import bring_up_to_date

_APPEND_ONLY = {
    "sqlite": (
        "create trigger if not exists audit_has_no_{verb} before {verb} on audit "
        "begin select raise(abort, 'the audit log is append-only'); end"
    ),
    "postgresql": "create or replace rule audit_has_no_{verb} as on {verb} to audit do instead nothing",
}


def open_database(workspace: Workspace) -> Engine:
    """The engine, with tables made where they are missing; raises StudiumError when it cannot be reached."""
    url = workspace.settings.serve.accounts_url
    try:
        if url:
            engine = create_engine(url, pool_pre_ping=True)
        else:
            workspace.accounts.touch(mode=0o600)
            engine = open_file(workspace.accounts)
        with writing(engine) as connection:
            bring_up_to_date(connection)
            for verb in ("update", "delete"):
                connection.exec_driver_sql(_APPEND_ONLY[engine.dialect.name].format(verb=verb))
    except (SQLAlchemyError, ImportError, OSError, KeyError) as error:
        engine_name = url.split(":", 1)[0] or "sqlite"
        raise StudiumError(
            f"The accounts cannot be opened: {_plain(error)}",
            f"serve.accounts_url ({engine_name})" if url else str(workspace.accounts),
            "Check that the database runs and the driver is installed; empty: accounts.sqlite",
        ) from None
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: of several at once, SQLite lets one after the other in from the start."""
    with engine.execution_options(writes=True).begin() as connection:
        yield connection


def close(engine: Engine) -> None:
    """Let go of the database; in SQLite all that is in it stands in the one file after, for whoever copies that."""
    with suppress(SQLAlchemyError, StudiumError):
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                connection.rollback()
                cursor = connection.connection.cursor()
                cursor.execute("pragma wal_checkpoint(truncate)").fetchall()
    engine.dispose()


def _plain(error: Exception) -> str:
    """The kind of failure and its first words, without an address that may hold a password."""
    cause = getattr(error, "orig", None) or error
    if isinstance(error, MisuseError):
        return error.problem
    return f"{type(cause).__name__}" if "://" in str(cause) else str(cause).splitlines()[0][:200]
