"""Course structures as JSON: the data package's objects by block id, and answers of the platform's Blocks API.

Enters: course_structure*.json, plain or compressed, one document or one per line. Leaves: course_structure_blocks.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from studium.lake.archives import RefusedArchiveError
from studium.lake.archives.decompression import DamagedArchiveError, plain_blocks
from studium.lake.formats.courses.course_structure.structure import structure_rows
from studium.lake.reading.parsed import Counts, Write, table_of

LARGEST_BYTES = 256 * 1024 * 1024

__all__ = ["read_structure"]


def read_structure(path: Path, course_id: str | None, write: Write) -> Counts:
    """Write the blocks of all courses of a file, each course in the order of its outline.

    `source_line` counts the blocks of the file from 1. A line of the account is a record: a row or a fault.
    """
    counts = Counts()
    content = _content(path, counts)
    for line_no, document in _documents(content, counts):
        rows = structure_rows(document, course_id, line_no, counts)
        for number, row in enumerate(rows, start=counts.rows + 1):
            row["source_line"] = number
        if rows:
            write("course_structure_blocks", table_of("course_structure_blocks", rows))
            counts.rows += len(rows)
    counts.lines = counts.rows + len(counts.rejects)
    return counts


def _content(path: Path, counts: Counts) -> bytes:
    content = bytearray()
    try:
        for block in plain_blocks(path):
            content += block
            if len(content) > LARGEST_BYTES:
                raise RefusedArchiveError(
                    f"the course structure has more than {LARGEST_BYTES:,} bytes",
                    str(path),
                    "No course has that many blocks: look at what it is.",
                )
    except DamagedArchiveError as error:
        counts.damage = str(error)
    return bytes(content).removeprefix(b"\xef\xbb\xbf")


def _documents(content: bytes, counts: Counts) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, object) of the whole text if it is one object, else of each of its lines."""
    try:
        whole = orjson.loads(content)
        if isinstance(whole, dict):
            yield 1, whole
            return
    except orjson.JSONDecodeError:
        pass
    for line_no, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            document = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            counts.reject(line_no, "not_json", str(error), line)
            continue
        if isinstance(document, dict):
            yield line_no, document
        else:
            counts.reject(line_no, "not_json", "no JSON object", line)
