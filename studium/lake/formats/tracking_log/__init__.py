"""Tracking logs of Open edX: one JSON event per line, in all the forms that ten years of platform have given it.

Enters: a landed file and a folder to write into. Leaves: Parquet of its events and rejects, and its counts.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from studium.lake.decompression import DamagedArchiveError, plain_blocks
from studium.lake.formats.tracking_log.lines import LineReader
from studium.lake.formats.tracking_log.repair import Repaired, documents, event_id_of, repair_line
from studium.lake.formats.tracking_log.shredding import Counts, Shredder

PARSER_VERSION = 1  # counts up when the same bytes would give other rows; part of every fingerprint
SNIFFED_BYTES = 64 * 1024
LARGEST_STRANGE_SHARE = 0.1  # random bytes hold braces too
CONTROL_CHARACTERS = [chr(code) for code in range(32) if chr(code) not in "\t\n\r"]
OBJECT_IN_LINE = re.compile(rb"(?:^|\n)[^\0\n]{0,1000}?\{(?:\s*\"|\s*\}|\s*$)")
LARGEST_DOCUMENT_BYTES = 64 * 1024 * 1024

__all__ = ["PARSER_VERSION", "Counts", "ParsedFile", "Shredder", "looks_like_log", "parse_file"]


@dataclass(frozen=True)
class ParsedFile:
    """The counts of a file; `damage` says why its archive could not be read to the end, else None."""

    counts: Counts
    damage: str | None


def looks_like_log(path: Path) -> str | None:
    """None if the file can hold events, else what it looks like: 'empty', 'binary' or 'no JSON object'."""
    head = b""
    try:
        for block in plain_blocks(path):
            head += block
            if len(head) >= SNIFFED_BYTES:
                break
    except DamagedArchiveError:
        pass
    head = head[:SNIFFED_BYTES]
    if not head.strip():
        return "empty"
    if _strange_share(head) > LARGEST_STRANGE_SHARE:
        return "binary"
    return None if OBJECT_IN_LINE.search(head) else "no JSON object"


def parse_file(path: Path, shredder: Shredder, advance: Callable[[int], None]) -> ParsedFile:
    """Shred one landed file; a damaged archive gives its complete lines."""
    damage: list[str] = []
    blocks = _until_damage(plain_blocks(path, advance), damage)
    first = next(blocks, b"")
    pretty = _pretty_documents(path, first)
    if pretty is not None:
        for line_no, text in pretty:
            event = text.encode("utf-8", errors="replace")
            shredder.add_document(line_no, Repaired(event.decode(), event_id_of(event)))
        return ParsedFile(shredder.close(), None)
    shredder.add(LineReader(chain([first], blocks)))
    return ParsedFile(shredder.close(), damage[0] if damage else None)


def _until_damage(blocks: Iterator[bytes], damage: list[str]) -> Iterator[bytes]:
    """Pass blocks on; at damage keep the reason and drop the torn line, which a complete file will bring."""
    waiting = b""
    try:
        for block in blocks:
            cut = block.rfind(b"\n") + 1
            if cut:
                yield waiting + block[:cut]
                waiting = block[cut:]
            else:
                waiting += block
    except DamagedArchiveError as error:
        damage.append(str(error))
        return
    if waiting:
        yield waiting


def _pretty_documents(path: Path, first: bytes) -> list[tuple[int, str]] | None:
    """A file of pretty-printed objects: its first line opens an object that it does not close."""
    line = first.lstrip().split(b"\n", 1)[0].strip()
    if not line.startswith(b"{") or line.endswith(b"}"):
        return None
    repaired = repair_line(line)
    if repaired is None or repaired.text is not None:
        return None
    whole = b""
    try:
        for block in plain_blocks(path):
            whole += block
            if len(whole) > LARGEST_DOCUMENT_BYTES:
                return None
    except DamagedArchiveError:
        return None
    return documents(whole.decode("utf-8-sig", errors="replace"))


def _strange_share(head: bytes) -> float:
    """The share of bytes that are no text: control characters, and what UTF-8 does not decode."""
    text = head.decode("utf-8", errors="replace")
    strange = sum(text.count(character) for character in CONTROL_CHARACTERS) + text.count("\ufffd")
    return strange / len(text)
