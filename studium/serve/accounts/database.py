"""Where accounts, sessions, tokens and the audit log are: accounts.sqlite, or the database that is set.

Enters: a workspace. Leaves: an engine with all tables there. Times are seconds since 1970 in UTC.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
)
from sqlalchemy.exc import SQLAlchemyError

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError

METADATA = MetaData()
_NUMBER = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers only INTEGER keys by itself

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("user_id", _NUMBER, primary_key=True),
    Column("username", String(150), nullable=False, unique=True),
    Column("password_hash", Text),  # NULL: by OpenID Connect only
    Column("role", String(30), nullable=False),
    Column("issuer", Text),
    Column("subject", Text),
    Column("created_at", Float, nullable=False),
)
GRANTS = Table(
    "grants",
    METADATA,
    Column("user_id", ForeignKey("accounts.user_id", ondelete="CASCADE"), primary_key=True),
    Column("course_id", String(255), primary_key=True),
)
SESSIONS = Table(
    "sessions",
    METADATA,
    Column("session_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey("accounts.user_id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
)
TOKENS = Table(
    "tokens",
    METADATA,
    Column("token_id", String(16), primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column("user_id", ForeignKey("accounts.user_id", ondelete="CASCADE"), nullable=False),
    Column("label", String(100), nullable=False),
    Column("scopes", String(100), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("revoked_at", Float),
)
ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("number", _NUMBER, primary_key=True),
    Column("subject", String(200), nullable=False),
    Column("at", Float, nullable=False),
    Index("attempts_by_subject", "subject", "at"),
)
SIGN_INS = Table(
    "sign_ins",
    METADATA,
    Column("state_hash", String(64), primary_key=True),
    Column("visit_hash", String(64), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("next_path", Text, nullable=False),
    Column("created_at", Float, nullable=False),
)
AUDIT = Table(
    "audit",
    METADATA,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("username", String(150), nullable=False),
    Column("credential", String(100), nullable=False),
    Column("address", String(64), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("row_count", BigInteger),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
)
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
            engine = create_engine(f"sqlite:///{workspace.accounts}", connect_args={"timeout": 30})
            _adapt_sqlite(engine)
        with writing(engine) as connection:
            METADATA.create_all(connection)
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


def _adapt_sqlite(engine: Engine) -> None:
    """Transactions that begin when we say; commits that survive a loss of power."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.execute("pragma foreign_keys = on")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("begin immediate" if writes else "begin")


def _plain(error: Exception) -> str:
    """The kind of failure and its first words, without an address that may hold a password."""
    cause = getattr(error, "orig", None) or error
    if isinstance(error, MisuseError):
        return error.problem
    return f"{type(cause).__name__}" if "://" in str(cause) else str(cause).splitlines()[0][:200]
