"""The audit log: who read which learners, who took what out, who changed rights. Each record holds the
hash of the one before; the hash is keyed, so that nobody without the key can write history anew.

Enters: records, before the answer they are about. Leaves: rows that can be added to and not changed.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, select, text

from studium.serve.accounts.store import AUDIT, AUDIT_HEAD, writing

_START = "0" * 64
_LOCK_NUMBER = 7_283_641  # of PostgreSQL: whoever appends holds it
_BATCH = 10_000
_LONGEST = 4_000
_HASHED = [column.name for column in AUDIT.columns if column.name != "hash"]


@dataclass(frozen=True)
class Record:
    """One act; `subject` is a dataset or an account, `detail` a JSON object such as the filter."""

    username: str
    action: str
    subject: str = ""
    credential: str = ""
    address: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    row_count: int | None = None


@dataclass(frozen=True)
class Entry:
    """A record as it stands in the log."""

    number: int
    at: str
    record: Record
    hash: str


@dataclass(frozen=True)
class Verification:
    """`problem` is empty where every record is as it was written; `head` is the last hash, to note elsewhere."""

    records: int
    head: str
    problem: str


class AuditLog:
    """The log of a database; `key` is in no database."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        self._engine = engine
        self._key = key

    def append(self, records: Sequence[Record]) -> None:
        """Write records, on the disk when this returns; several servers wait for each other here."""
        if not records:
            return
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        with writing(self._engine) as connection:
            number, previous = self._last(connection)
            for record in records:
                number += 1
                row = _row(number, at, record) | {"previous": previous}
                previous = row["hash"] = self._hash(row)
                connection.execute(insert(AUDIT).values(row))
            connection.execute(delete(AUDIT_HEAD))
            head = {"place": 1, "number": number, "hash": previous}
            connection.execute(
                insert(AUDIT_HEAD).values(head | {"seal": self._seal(number, previous)})
            )

    def verify(self, noted: str = "") -> Verification:
        """Read the whole log; `noted` is a hash that somebody wrote down and that must be in it."""
        previous, count, has_noted = _START, 0, not noted
        with self._engine.connect() as connection:
            for row in self._rows(connection):
                count += 1
                problem = self._fault(row, count, previous)
                if problem:
                    return Verification(count - 1, previous, problem)
                previous = row.hash
                has_noted = has_noted or previous == noted
            problem = self._fault_of_head(connection, count, previous)
        if not problem and not has_noted:
            problem = f"the hash {noted} was noted, but no record has it: records are missing"
        return Verification(count, previous, problem)

    def list(self, limit: int, username: str | None = None) -> list[Entry]:
        """The newest records, newest first."""
        wanted = select(AUDIT).order_by(AUDIT.c.number.desc()).limit(limit)
        if username is not None:
            wanted = wanted.where(AUDIT.c.username == username.lower())
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(wanted)]

    def _last(self, connection: Connection) -> tuple[int, str]:
        if self._engine.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": _LOCK_NUMBER})
        newest = select(AUDIT.c.number, AUDIT.c.hash).order_by(AUDIT.c.number.desc()).limit(1)
        found = connection.execute(newest).first()
        return (found.number, found.hash) if found else (0, _START)

    def _rows(self, connection: Connection) -> Iterator[Row[Any]]:
        last = 0
        while True:
            page = select(AUDIT).where(AUDIT.c.number > last).order_by(AUDIT.c.number).limit(_BATCH)
            rows = connection.execute(page).all()
            if not rows:
                return
            yield from rows
            last = rows[-1].number

    def _fault(self, row: Row[Any], number: int, previous: str) -> str:
        if row.number != number:
            return f"record {number} is missing"
        if row.previous != previous:
            return f"record {number} does not follow the one before it"
        if not hmac.compare_digest(self._hash(row._asdict()), row.hash):
            return f"record {number} was changed"
        return ""

    def _fault_of_head(self, connection: Connection, count: int, previous: str) -> str:
        head = connection.execute(select(AUDIT_HEAD)).first()
        if head is None:
            return "the end of the log is not sealed" if count else ""
        if not hmac.compare_digest(head.seal, self._seal(head.number, head.hash)):
            return "the seal of the log was changed"
        if (head.number, head.hash) != (count, previous):
            return f"the log ends with record {count}, but record {head.number} was written"
        return ""

    def _hash(self, row: Mapping[str, Any]) -> str:
        said = {name: row[name] for name in _HASHED}
        message = json.dumps(said, sort_keys=True, ensure_ascii=True)
        return hmac.new(self._key, message.encode(), hashlib.sha256).hexdigest()

    def _seal(self, number: int, last: str) -> str:
        return hmac.new(self._key, f"head {number} {last}".encode(), hashlib.sha256).hexdigest()


def _row(number: int, at: str, record: Record) -> dict[str, Any]:
    return {
        "number": number,
        "at": at,
        "username": record.username[:150],
        "credential": record.credential[:100],
        "address": record.address[:64],
        "action": record.action,
        "subject": _storable(record.subject),
        "detail": _storable(json.dumps(dict(record.detail), default=str, ensure_ascii=True)),
        "row_count": record.row_count,
    }


def _storable(text_of_request: str) -> str:
    """Cut to a length that a database takes; a NUL, which PostgreSQL refuses, is written as text."""
    return (
        text_of_request.replace("\0", "\\0").encode(errors="backslashreplace").decode()[:_LONGEST]
    )


def _entry(row: Row[Any]) -> Entry:
    try:
        detail = json.loads(row.detail)
    except ValueError:  # cut
        detail = {"text": row.detail}
    record = Record(
        username=row.username,
        action=row.action,
        subject=row.subject,
        credential=row.credential,
        address=row.address,
        detail=detail,
        row_count=row.row_count,
    )
    return Entry(row.number, row.at, record, row.hash)
