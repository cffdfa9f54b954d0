"""Where accounts, sessions, tokens and the audit log are kept: SQLite, or the database that is set.

Enters: a workspace. Leaves: an engine, its tables, transactions.
"""

from studium.serve.accounts.store.file import AccountsLostError
from studium.serve.accounts.store.opening import close, open_database, writing
from studium.serve.accounts.store.tables import (
    ACCOUNTS,
    ATTEMPTS,
    AUDIT,
    AUDIT_HEAD,
    GRANTS,
    SESSIONS,
    SIGN_INS,
    TOKENS,
)

__all__ = [
    "ACCOUNTS",
    "ATTEMPTS",
    "AUDIT",
    "AUDIT_HEAD",
    "GRANTS",
    "SESSIONS",
    "SIGN_INS",
    "TOKENS",
    "AccountsLostError",
    "close",
    "open_database",
    "writing",
]
