"""Files of data packages as the ledger names them: table, course and day beside the raw bytes.

Enters: names and first bytes of files. Leaves: `Delivery`s. The same bytes may be delivered for two courses or in two
weeks, so a delivery's name in the ledger is a hash of its bytes and of what they are.
"""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from studium.lake.archives.decompression import DamagedArchiveError, plain_blocks
from studium.lake.formats.courses.names import Named, read_name
from studium.lake.formats.courses.packages import HEADER_BYTES, course_key, dashed

STATEMENT = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:--|/\*|#|(?:DROP|CREATE|INSERT|REPLACE|LOCK|SET|USE|START|BEGIN)\b)",
    re.IGNORECASE,
)
FROM_NAME, FROM_TIME = "name", "modified"


@dataclass(frozen=True)
class Delivery:
    """What a landed file is: `dataset` None where it holds several, `course_id` None for the whole site.

    `dated_by` says whether the day comes from a name or from the time of the file's last change.
    """

    format: str
    dataset: str | None
    course_id: str | None
    dump_date: date
    dated_by: str = FROM_NAME

    def file_id(self, content: str) -> str:
        """The ledger's name of bytes with this SHA-256, delivered as this."""
        parts = (content, self.format, self.dataset, self.course_id, self.dump_date.isoformat())
        return sha256("\n".join(part or "" for part in parts).encode()).hexdigest()


@dataclass(frozen=True)
class Candidate:
    """A file that its name tells: `path` as reports show it, `bytes_at` where its bytes can be read now."""

    path: str
    named: Named
    bytes_at: Path
    modified: datetime


def known_courses(ledger: sqlite3.Connection, configured: list[str]) -> list[str]:
    """Keys of the settings, then of every package that landed; a new one, which may be a guess, comes last."""
    rows = ledger.execute("select distinct course_id from deliveries where course_id is not null")
    landed = {row[0] for row in rows} - set(configured)
    return [*configured, *sorted(landed, key=lambda key: (key.startswith("course-v1:"), key))]


def dashed_names(courses: list[str]) -> tuple[str, ...]:
    """The courses as file names spell them."""
    return tuple(text for text in map(dashed, courses) if text)


def candidate_of(
    path: str, bytes_at: Path, modified_ns: int, courses: list[str]
) -> Candidate | None:
    """A file of a package by its name, or a dump of statements by its content, else None."""
    named = read_name(path, dashed_names(courses))
    if named is None or (named.format == "sql_dump" and not STATEMENT.match(_head(bytes_at))):
        return None
    return Candidate(path, named, bytes_at, datetime.fromtimestamp(modified_ns / 1e9, UTC))


def deliveries_of(candidates: list[Candidate], courses: list[str]) -> dict[str, Delivery]:
    """What each file delivers, by its path; files of one package agree on the course's key."""
    of_course: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.named.course_text:
            of_course[candidate.named.course_text.replace("__", "-")].append(candidate)
    keys = {
        text: course_key(_spelling(members), courses, _heads(members))
        for text, members in of_course.items()
    }
    return {candidate.path: _delivery(candidate, keys) for candidate in candidates}


def _spelling(members: list[Candidate]) -> str:
    """The spelling that says where a part ends, if any member has it."""
    texts = sorted({member.named.course_text or "" for member in members})
    return next((text for text in texts if "__" in text), texts[0])


def _heads(members: list[Candidate]) -> Iterator[bytes]:
    for member in members:
        if member.named.format == "dump":
            yield _head(member.bytes_at)


def _delivery(candidate: Candidate, keys: dict[str, str]) -> Delivery:
    named = candidate.named
    course_id = keys[named.course_text.replace("__", "-")] if named.course_text else None
    delivery = Delivery(
        named.format,
        named.dataset,
        course_id,
        named.dump_date or candidate.modified.date(),
        FROM_NAME if named.dump_date else FROM_TIME,
    )
    if named.format == "dump" and STATEMENT.match(_head(candidate.bytes_at)):
        return replace(delivery, format="sql_dump", dataset=None)
    return delivery


def is_table(path: Path) -> bool:
    """Whether the content of a file is a table of MySQL: a header of names between tabs, or statements."""
    head = _head(path)
    first = head.split(b"\n", 1)[0]
    return STATEMENT.match(head) is not None or (b"\t" in first and b"{" not in first)


def _head(path: Path) -> bytes:
    """The first plain bytes of a file, nothing where it cannot be read: landing will say why."""
    head = b""
    try:
        for block in plain_blocks(path):
            head += block
            if len(head) >= HEADER_BYTES:
                break
    except (DamagedArchiveError, OSError):
        pass
    return head[:HEADER_BYTES]


def record_delivery(
    ledger: sqlite3.Connection, file_id: str, content: str, delivery: Delivery, package: str
) -> None:
    """Note what a landed file is; `package` is the archive or folder that it came in."""
    ledger.execute(
        "insert or ignore into deliveries values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            file_id,
            content,
            delivery.format,
            delivery.dataset,
            delivery.course_id,
            delivery.dump_date.isoformat(),
            delivery.dated_by,
            package,
        ),
    )
