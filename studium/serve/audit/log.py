"""The audit log: who read which learners, who took what out, who changed rights. Each record holds the
hash of the one before; the hash is keyed, so that nobody without the key can write history anew.

Enters: records, before the answer they are about. Leaves: rows that can be added to and not changed.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from socket import gethostname
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, delete, insert, select, text

from studium.serve.accounts.store import AUDIT, AUDIT_HEAD, writing
from studium.serve.audit.chain import BREAK, JOINED, RESTORED, Chain
from studium.serve.audit.heads import START, Head, HeadFile

_LOCK_NUMBER = 7_283_641  # of PostgreSQL: whoever appends holds it
_BATCH = 10_000
_LONGEST = 4_000
_STUDIUM = "(studium)"  # no account can be called so


@dataclass(frozen=True)
class AuditRecord:
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
    record: AuditRecord
    hash: str


@dataclass(frozen=True)
class Verification:
    """`problem` is empty where every record is as it was written; `head` is the last hash, to note elsewhere.

    `restored` says of each restore of a backup which records it cut, `joined` which servers began to note the
    head of a log that several share: these are no breaks, and stay visible too.
    """

    records: int
    head: str
    problem: str
    restored: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()


class _End(NamedTuple):
    """How the log ends: its last record, the last one that is known to have been written, what is wrong."""

    number: int
    hash: str
    known: int
    problem: str


class AuditLog:
    """The log of a database; `key` is in no database, and the last record is noted in `apart` too."""

    def __init__(
        self, engine: Engine, key: bytes, apart: HeadFile, is_shared: bool = False
    ) -> None:
        self._is_shared = (
            is_shared  # by servers that note the head each for itself, from when on it writes
        )
        self._engine = engine
        self._chain = Chain(key)
        self._apart = apart

    def append(self, records: Sequence[AuditRecord], restored: AuditRecord | None = None) -> None:
        """Write records, on the disk when this returns; several servers wait for each other here.

        Where the log does not end with the record that was written last, the first of them says so, for ever:
        a break, or where a backup was `restored` just now, that.
        """
        if not records and restored is None:
            return
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._apart.turn():
            noted = self._apart.read()
            if noted is None:  # before the first head that says so: there shall always be one
                self._apart.write(self._chain.head(0, START))
            with writing(self._engine) as connection:
                end = self._end(connection, noted)
                first = [*self._about_end(end, restored), *self._about_joining(end, noted)]
                head = self._write(connection, end, at, [*first, *records])
            self._apart.write(head)

    def verify(self, noted: str = "") -> Verification:
        """Read the whole log; `noted` is a hash that somebody wrote down and that must be in it."""
        apart = self._apart.read()  # before the log: it is never newer
        last, previous, count, has_noted = 0, START, 0, not noted
        broken, told = "", {RESTORED: list[str](), JOINED: list[str]()}
        with self._engine.connect() as connection:
            for row in self._rows(connection):
                problem = self._chain.fault(row, last + 1, previous)
                if problem:
                    return Verification(
                        count, previous, broken or problem, *map(tuple, told.values())
                    )
                if row.action == BREAK:
                    broken = broken or f"record {row.number} of {row.at} says: {row.subject}"
                elif row.action in told:
                    told[row.action].append(f"record {row.number} of {row.at}: {row.subject}")
                last, previous, count = row.number, row.hash, count + 1
                has_noted = has_noted or previous == noted
            problem = broken or self._end(connection, apart).problem
        if not problem and not has_noted:
            problem = f"the hash {noted} was noted, but no record has it: records are missing"
        return Verification(count, previous, problem, *map(tuple, told.values()))

    def list(self, limit: int, username: str | None = None) -> list[Entry]:
        """The newest records, newest first."""
        wanted = select(AUDIT).order_by(AUDIT.c.number.desc()).limit(limit)
        if username is not None:
            wanted = wanted.where(AUDIT.c.username == username.lower())
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(wanted)]

    def _end(self, connection: Connection, apart: Head | None) -> _End:
        """The last record, compared with the head in the database and with the one that is noted apart."""
        if self._engine.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": _LOCK_NUMBER})
        newest = select(AUDIT.c.number, AUDIT.c.hash).order_by(AUDIT.c.number.desc()).limit(1)
        found = connection.execute(newest).first()
        number, last = (found.number, found.hash) if found else (0, START)
        row = connection.execute(select(AUDIT_HEAD)).first()
        sealed = Head(row.number, row.hash, row.seal) if row else None
        problem = self._fault_of_sealed(sealed, number, last)
        problem = problem or self._fault_of_apart(connection, apart, sealed, number)
        known = [it.number for it in (sealed, apart) if it and self._chain.is_sealed(it)]
        return _End(number, last, max([number, *known]), problem)

    def _fault_of_sealed(self, head: Head | None, number: int, last: str) -> str:
        if head is None:
            return "the end of the log is not sealed" if number else ""
        if not self._chain.is_sealed(head):
            return "the seal of the log was changed"
        if (head.number, head.hash) != (number, last):
            return f"the log ends with record {number}, but record {head.number} was written"
        return ""

    def _fault_of_apart(
        self, connection: Connection, apart: Head | None, sealed: Head | None, number: int
    ) -> str:
        if apart is None:
            is_gone = not self._is_shared and sealed is not None and self._chain.is_apart(sealed)
            return f"the head that was noted in {self._apart.path.name} is gone" if is_gone else ""
        if not self._chain.is_sealed(apart):
            return f"the head that was noted in {self._apart.path.name} was changed"
        if apart.number > number:
            return f"the log ends with record {number}, but record {apart.number} was written"
        same = select(AUDIT.c.hash).where(AUDIT.c.number == apart.number)
        if apart.number and connection.execute(same).scalar() != apart.hash:
            return f"record {apart.number} is another one than was written: the log was replaced"
        return ""

    def _about_end(self, end: _End, restored: AuditRecord | None) -> Sequence[AuditRecord]:
        """The record that says why the ones behind it do not follow what was written before."""
        missing = f"records {end.number + 1} to {end.known} are not in it"
        if restored is not None:
            cut = missing if end.known > end.number else "no record was cut"
            return [replace(restored, action=RESTORED, subject=f"{restored.subject}: {cut}")]
        if not end.problem:
            return []
        more = f"; {missing}" if end.known > end.number else ""
        return [AuditRecord(_STUDIUM, BREAK, f"{end.problem}{more}")]

    def _about_joining(self, end: _End, noted: Head | None) -> Sequence[AuditRecord]:
        """The record of a server that has noted no head yet, of a log that others wrote; of one that lost it too."""
        if not self._is_shared or noted is not None or not end.known:
            return []
        return [AuditRecord(_STUDIUM, JOINED, f"{gethostname()} notes the head from here on")]

    def _write(
        self, connection: Connection, end: _End, at: str, records: Sequence[AuditRecord]
    ) -> Head:
        number, previous = end.known, end.hash
        for record in records:
            number += 1
            row = _row(number, at, record) | {"previous": previous}
            previous = row["hash"] = self._chain.hash(row)
            connection.execute(insert(AUDIT).values(row))
        head = self._chain.head(number, previous)
        connection.execute(delete(AUDIT_HEAD))
        connection.execute(insert(AUDIT_HEAD).values({"place": 1, **head._asdict()}))
        return head

    def _rows(self, connection: Connection) -> Iterator[Row[Any]]:
        last = 0
        while True:
            page = select(AUDIT).where(AUDIT.c.number > last).order_by(AUDIT.c.number).limit(_BATCH)
            rows = connection.execute(page).all()
            if not rows:
                return
            yield from rows
            last = rows[-1].number


def _row(number: int, at: str, record: AuditRecord) -> dict[str, Any]:
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
    record = AuditRecord(
        username=row.username,
        action=row.action,
        subject=row.subject,
        credential=row.credential,
        address=row.address,
        detail=detail,
        row_count=row.row_count,
    )
    return Entry(row.number, row.at, record, row.hash)
