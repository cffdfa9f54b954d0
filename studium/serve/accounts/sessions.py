"""Sessions: what a browser has after a sign-in. The cookie holds a random value, the database its hash.

Enters: a user id, or the value of a cookie. Leaves: a value, or the principal as the account is now.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass

from sqlalchemy import Engine, delete, insert, select

from studium.serve.accounts.people import principal_of
from studium.serve.accounts.store import SESSIONS, writing
from studium.serve.rights import Principal

_BYTES = 32


@dataclass(frozen=True)
class Session:
    """A new session: `value` goes into the cookie and is nowhere else."""

    value: str
    seconds: int


def digest(value: str) -> str:
    """What the database keeps of a random value: it needs no salt, for nobody can guess it."""
    return hashlib.sha256(value.encode()).hexdigest()


class Sessions:
    """The sessions of a database, each `hours` long."""

    def __init__(self, engine: Engine, hours: float) -> None:
        self._engine = engine
        self._seconds = hours * 3600

    def begin(self, user_id: int, former: str | None) -> Session:
        """A new value at every sign-in; the one that the browser had before is worth nothing after."""
        value, now = secrets.token_urlsafe(_BYTES), time.time()
        row = {
            "session_hash": digest(value),
            "user_id": user_id,
            "created_at": now,
            "expires_at": now + self._seconds,
        }
        with writing(self._engine) as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.expires_at < now))
            if former:
                connection.execute(
                    delete(SESSIONS).where(SESSIONS.c.session_hash == digest(former))
                )
            connection.execute(insert(SESSIONS).values(row))
        return Session(value, int(self._seconds))

    def resolve(self, value: str) -> Principal | None:
        """Whose session it is; None for one that is unknown, over or ended."""
        hashed = digest(value)
        with self._engine.connect() as connection:
            found = connection.execute(
                select(SESSIONS.c.user_id, SESSIONS.c.expires_at).where(
                    SESSIONS.c.session_hash == hashed
                )
            ).first()
            if found is None or found.expires_at <= time.time():
                return None
            return principal_of(connection, found.user_id, f"session {hashed[:8]}")

    def end(self, value: str) -> None:
        """The cookie is worth nothing any more, wherever it was copied to."""
        with writing(self._engine) as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.session_hash == digest(value)))
