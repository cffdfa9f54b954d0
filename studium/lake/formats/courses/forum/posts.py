"""Discussions: threads, responses and comments, from MongoDB's export or the tables of the newer MySQL forum.

Enters: forum.mongo, forum_commentthread or forum_comment, plain or compressed. Leaves: forum_documents.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from studium.lake.archives.decompression import DamagedArchiveError, plain_blocks
from studium.lake.formats.courses.forum.columns import DATASET, Documents, forum_table
from studium.lake.formats.courses.forum.mongo import NoDocumentError, documents_of
from studium.lake.formats.courses.forum.mysql import document_of, header_of
from studium.lake.reading.parsed import Counts, Write

BATCH_DOCUMENTS = 20_000
BATCH_BYTES = 16 * 1024 * 1024
LONGEST_LINE_BYTES = 64 * 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Read = Callable[[bytes], list[dict[str, Any]]]

__all__ = ["read_posts"]


def read_posts(path: Path, course_id: str | None, write: Write) -> Counts:  # noqa: ARG001
    """Write the documents in batches; each keeps the course that it names itself.

    A line of the account is a document or a line without one; blank lines and brackets of an array are none.
    """
    counts = Counts()
    unread: Counter[str] = Counter()
    batch: Documents = []
    batch_bytes = 0
    read: Read = documents_of
    for line_no, line in _lines(path, counts):
        names = header_of(line) if line_no == 1 else None
        if names is not None:
            read = _row_reader(names)
            counts.skipped["header"] += 1
            continue
        found = _read(read, line_no, line, counts)
        batch += [(line_no, document) for document in found]
        batch_bytes += len(line)
        if len(batch) >= BATCH_DOCUMENTS or batch_bytes >= BATCH_BYTES:
            _write(batch, unread, write, counts)
            batch, batch_bytes = [], 0
    _write(batch, unread, write, counts)
    counts.notes += [
        f"{lost:,} values of {name} are not of its type: NULL"
        for name, lost in sorted(unread.items())
    ]
    counts.lines = counts.rows + len(counts.rejects) + counts.skipped.total()
    return counts


def _row_reader(names: list[str]) -> Read:
    return lambda line: [document_of(line, names)]


def _read(read: Read, line_no: int, line: bytes, counts: Counts) -> list[dict[str, Any]]:
    if len(line) > LONGEST_LINE_BYTES:
        counts.reject(line_no, "too_long", f"{len(line):,} bytes or more", line[:4096])
        return []
    try:
        return read(line)
    except NoDocumentError as error:
        counts.reject(line_no, error.reason, str(error), line)
        return []


def _write(batch: Documents, unread: Counter[str], write: Write, counts: Counts) -> None:
    if batch:
        write(DATASET, forum_table(batch, unread))
        counts.rows += len(batch)


def _lines(path: Path, counts: Counts) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, with their number, without a byte order mark."""
    for line_no, line in enumerate(_raw_lines(path, counts), start=1):
        if line.strip():
            yield line_no, line.removeprefix(BYTE_ORDER_MARK) if line_no == 1 else line


def _raw_lines(path: Path, counts: Counts) -> Iterator[bytes]:
    """All lines; at damage the torn one is dropped, and the reason kept."""
    waiting = b""
    try:
        for block in plain_blocks(path):
            *lines, waiting = (waiting + block).split(b"\n")
            yield from lines
            if len(waiting) > 2 * LONGEST_LINE_BYTES:
                waiting = waiting[: LONGEST_LINE_BYTES + 1]  # too long all the same
    except DamagedArchiveError as error:
        counts.damage = str(error)
        return
    yield waiting
