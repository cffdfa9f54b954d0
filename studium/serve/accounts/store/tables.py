"""What is kept of people: accounts, grants, sessions, tokens, tries, sign-ins under way, and the audit log.

Enters: nothing. Leaves: tables. Times are seconds since 1970 in UTC.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

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
    "scope_grants",
    METADATA,
    Column("user_id", ForeignKey("accounts.user_id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(30), primary_key=True),
    Column("id", String(255), primary_key=True),
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
    Column("parent", String(16)),  # the token that made it; NULL: a person did
)
ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("number", _NUMBER, primary_key=True),
    Column("subject", String(200), nullable=False),
    Column("at", Float, nullable=False),
    Column("tries", Integer, nullable=False, server_default="1"),
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
VERSIONS = Table(
    "versions",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
)
