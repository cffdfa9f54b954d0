"""The database is opened: accounts.sqlite, or the one that is set.

Enters: a workspace. Leaves: an engine with all tables there, and transactions of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import product

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.serve.accounts.store.file import open_file
from studium.serve.accounts.store.migration import bring_up_to_date

_LOCK_NUMBER = 7_283_640  # of PostgreSQL: whoever writes holds it
_OF_SQLITE = (
    "create trigger if not exists audit_has_no_{verb} before {verb} on audit "
    "begin select raise(abort, 'the audit log is append-only'); end"
)
_REFUSAL = (
    "create or replace function audit_is_append_only() returns trigger language plpgsql as "
    "$$ begin raise exception 'the audit log is append-only'; end $$"
)
_OF_BEFORE = "drop rule if exists audit_has_no_{verb} on audit"  # it said nothing
_OF_POSTGRESQL = (
    "create or replace trigger audit_has_no_{verb} before {verb} on audit "
    "for each statement execute function audit_is_append_only()"
)
_APPEND_ONLY = {
    "sqlite": (_OF_SQLITE,),
    "postgresql": (_REFUSAL, _OF_BEFORE, _OF_POSTGRESQL),
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
        _make_ready(engine)
    except (SQLAlchemyError, ImportError, OSError, KeyError) as error:
        engine_name = url.split(":", 1)[0] or "sqlite"
        raise StudiumError(
            f"The accounts cannot be opened: {_plain(error)}",
            f"serve.accounts_url ({engine_name})" if url else str(workspace.accounts),
            "Check that the database runs and the driver is installed; empty: accounts.sqlite",
        ) from None
    return engine


def _make_ready(engine: Engine) -> None:
    try:
        with writing(engine) as connection:
            bring_up_to_date(connection)
            statements = _APPEND_ONLY[engine.dialect.name]
            for statement, verb in product(statements, ("update", "delete")):
                connection.exec_driver_sql(statement.replace("{verb}", verb))
    except BaseException:
        engine.dispose()
        raise


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: of several at once, one after the other is let in from the start.

    SQLite does so by itself; PostgreSQL would let two count the same tries, and make the same tables.
    """
    with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": _LOCK_NUMBER})
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
