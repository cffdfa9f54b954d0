"""JSON files as records: one document, one per line, or answers of a paged API one after another.

Enters: a landed file. Leaves: its records, objects with their number from 1; what is none goes to quarantine.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from studium.lake.archives import RefusedArchiveError
from studium.lake.archives.decompression import DamagedArchiveError, plain_blocks
from studium.lake.reading.parsed import Counts

LARGEST_BYTES = 512 * 1024 * 1024
HELD_IN = ("results", "items")  # where an answer of a paged API holds its records
KEPT_BYTES = 64 * 1024

Record = dict[str, Any]


def records_of(path: Path, counts: Counts) -> Iterator[tuple[int, Record]]:
    """(number, object) of each record, in order. Raises RefusedArchiveError for a file without bounds."""
    number = 0
    for line_no, document in _documents(_content(path, counts), counts):
        for record in _held(document):
            number += 1
            if isinstance(record, dict):
                yield number, record
            else:
                counts.reject(line_no, "no_object", type(record).__name__, _raw(record))


def _content(path: Path, counts: Counts) -> bytes:
    content = bytearray()
    try:
        for block in plain_blocks(path):
            content += block
            if len(content) > LARGEST_BYTES:
                raise RefusedArchiveError(
                    f"the catalogue has more than {LARGEST_BYTES:,} bytes",
                    str(path),
                    "No catalogue is that long: look at what it is.",
                )
    except DamagedArchiveError as error:
        counts.damage = str(error)
    return bytes(content).removeprefix(b"\xef\xbb\xbf")


def _held(document: Any) -> list[Any]:
    """The records of a document: its list, what its answer holds, or itself."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        lists = [document[name] for name in HELD_IN if isinstance(document.get(name), list)]
        if lists:
            return list(lists[0])
    return [document]


def _documents(content: bytes, counts: Counts) -> Iterator[tuple[int, Any]]:
    """(line, value) of the whole text, else of its lines, else of values that span lines."""
    if not content.strip():
        return
    try:
        yield 1, orjson.loads(content)
        return
    except orjson.JSONDecodeError:
        pass
    lines = [(no, line) for no, line in enumerate(content.split(b"\n"), start=1) if line.strip()]
    if len(lines) > 1 and not _is_json(lines[0][1]) and not _is_json(lines[1][1]):
        yield from _values_over_lines(content, counts)
        return
    for line_no, line in lines:
        try:
            yield line_no, orjson.loads(line)
        except orjson.JSONDecodeError as error:
            counts.reject(line_no, "not_json", str(error), line)


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _values_over_lines(content: bytes, counts: Counts) -> Iterator[tuple[int, Any]]:
    """Values that follow each other; from the first fault on the rest is one reject."""
    text = content.decode("utf-8", errors="replace")
    decoder = json.JSONDecoder()
    place = 0
    while text[place:].strip():
        place += len(text[place:]) - len(text[place:].lstrip())
        line_no = text.count("\n", 0, place) + 1
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            counts.reject(line_no, "not_json", str(error), text[place:].encode()[:KEPT_BYTES])
            return
        yield line_no, value


def _raw(value: Any) -> bytes:
    return orjson.dumps(value)[:KEPT_BYTES]
