"""Guessing passwords is slow: each try counts before it is checked; who guesses is locked, not whom they guess.

Enters: a name and an address. Leaves: a number of the try, or a refusal that says how long to wait. Refused tries
are counted together, so that each is in the audit log and a flood of them does not fill it.
"""

import ipaddress
import re
import time
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update

from studium.errors import StudiumError
from studium.serve.accounts.store import ATTEMPTS, writing

_FROM_ADDRESS = 20  # times the tries of a name from one address: a class room signs in from one
_OF_NAME = 20  # times them from all addresses together: many who guess one name are stopped too
_REFUSED = "refused "


class Refused(NamedTuple):
    """Tries of a name from an address while it was locked, so many so far."""

    username: str
    address: str
    tries: int


class LockedError(StudiumError):
    """Too many tries; `seconds` is how long to wait, `refused` what is to be noted of it. Status 429."""

    def __init__(self, seconds: float, refused: Refused | None = None) -> None:
        super().__init__(
            "Too many attempts to sign in",
            "sign-in",
            f"Wait {max(1, round(seconds / 60))} minutes, or ask an administrator for a new password.",
        )
        self.seconds = seconds
        self.refused = refused


class Lockout:
    """Counts tries within a sliding time."""

    def __init__(self, engine: Engine, failures: int, minutes: float) -> None:
        self._engine = engine
        self._failures = failures
        self._seconds = minutes * 60

    def begin(self, username: str, address: str) -> list[Refused]:
        """Count a try before its password is looked at; raises LockedError when there were enough.

        Leaves the sums of refused tries whose time is over. A LockedError brings the first, second, fourth, …
        of them, so that the log has each refusal soon and few records of many.
        """
        now, name, place = time.time(), _name(username), _network(address)
        with writing(self._engine) as connection:
            over = self._clear(connection, now - self._seconds)
            wait = self._wait(connection, name, place, now)
            if wait is None:
                rows = [
                    {"subject": it, "at": now} for it in (_pair(name, place), f"address {place}")
                ]
                connection.execute(insert(ATTEMPTS), rows)
                return over
            tries = _count_refused(connection, f"{_REFUSED}{name} {place}", now)
        raise LockedError(wait, Refused(name, place, tries) if tries & (tries - 1) == 0 else None)

    def forgive(self, username: str, address: str) -> None:
        """The password was right: tries of this name from there count no more; those of the address do."""
        pair = _pair(_name(username), _network(address))
        with writing(self._engine) as connection:
            connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.subject == pair))

    def _clear(self, connection: Connection, before: float) -> list[Refused]:
        is_over = ATTEMPTS.c.at < before
        refused = select(ATTEMPTS.c.subject, ATTEMPTS.c.tries).where(
            is_over & ATTEMPTS.c.subject.startswith(_REFUSED)
        )
        over = list[Refused]()
        for row in connection.execute(refused):
            _, name, place = str(row.subject).split(" ")
            over.append(Refused(name, place, int(row.tries)))
        connection.execute(delete(ATTEMPTS).where(is_over))
        return over

    def _wait(self, connection: Connection, name: str, place: str, now: float) -> float | None:
        """Seconds until a bound lets the next try pass; None where all do."""
        subject: ColumnElement[str] = ATTEMPTS.c.subject
        bounds = (
            (subject == _pair(name, place), self._failures),
            (subject.startswith(_pair(name, ""), autoescape=True), self._failures * _OF_NAME),
            (subject == f"address {place}", self._failures * _FROM_ADDRESS),
        )
        for condition, most in bounds:
            tries: list[float] = list(
                connection.execute(select(ATTEMPTS.c.at).where(condition)).scalars()
            )
            if len(tries) >= most:
                return sorted(tries)[-most] + self._seconds - now
        return None


def _count_refused(connection: Connection, subject: str, now: float) -> int:
    same = ATTEMPTS.c.subject == subject
    more = update(ATTEMPTS).where(same).values(tries=ATTEMPTS.c.tries + 1)
    if not connection.execute(more).rowcount:
        connection.execute(insert(ATTEMPTS).values(subject=subject, at=now))
    return int(connection.execute(select(ATTEMPTS.c.tries).where(same)).scalar_one())


def _pair(name: str, place: str) -> str:
    return f"name {name} {place}"


def _name(username: str) -> str:
    """A name as it is counted: what cannot be part of one would mix up names and addresses."""
    return re.sub(r"[\s\0]", "_", username.lower())[:120]


def _network(address: str) -> str:
    """An address, of IPv6 the /64 that one household has: a new one for each try costs nothing there."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return re.sub(r"[\s\0]", "_", address)[:64]
    if found.version == 6 and found.ipv4_mapped is None:
        return str(ipaddress.ip_network(f"{found}/64", strict=False))
    return str(found.ipv4_mapped or found) if found.version == 6 else str(found)
