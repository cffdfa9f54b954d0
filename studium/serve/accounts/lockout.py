"""Guessing passwords is slow: each try counts before it is checked, and names lock, known or not.

Enters: a name and an address. Leaves: a number of the try, or a refusal that says how long to wait.
"""

import time

from sqlalchemy import Engine, delete, insert, select

from studium.errors import StudiumError
from studium.serve.accounts.store import ATTEMPTS, writing

_TRIES_PER_ADDRESS = 20  # times those of a name: a class room signs in from one address


class LockedError(StudiumError):
    """Too many tries; `seconds` is how long to wait. Status 429."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            "Too many attempts to sign in",
            "sign-in",
            f"Wait {max(1, round(seconds / 60))} minutes, or ask an administrator for a new password.",
        )
        self.seconds = seconds


class Lockout:
    """Counts tries within a sliding time."""

    def __init__(self, engine: Engine, failures: int, minutes: float) -> None:
        self._engine = engine
        self._failures = failures
        self._seconds = minutes * 60

    def begin(self, username: str, address: str) -> None:
        """Count a try before its password is looked at; raises LockedError when there were enough."""
        now = time.time()
        bounds = {
            f"name {username.lower()[:150]}": self._failures,
            f"address {address[:64]}": self._failures * _TRIES_PER_ADDRESS,
        }
        with writing(self._engine) as connection:
            connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.at < now - self._seconds))
            for subject, most in bounds.items():
                of_subject = ATTEMPTS.c.subject == subject
                times = connection.execute(select(ATTEMPTS.c.at).where(of_subject))
                tries: list[float] = list(times.scalars())
                if len(tries) >= most:
                    raise LockedError(max(tries) + self._seconds - now)
            rows = [{"subject": subject, "at": now} for subject in bounds]
            connection.execute(insert(ATTEMPTS), rows)

    def forgive(self, username: str) -> None:
        """The password was right: tries of this name count no more; those of the address do."""
        with writing(self._engine) as connection:
            subject = f"name {username.lower()[:150]}"
            connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.subject == subject))
