"""A file of events: one JSON object per line, or pretty-printed objects.

Enters: a landed file and a folder to write into. Leaves: Parquet of its events and rejects, and its counts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from studium.lake.archives.decompression import DamagedArchiveError, plain_blocks
from studium.lake.formats.courses.tracking_log.lines import MEMORY_PER_BYTE, LineReader, whole_lines
from studium.lake.formats.courses.tracking_log.repair import (
    ARRAY,
    Repaired,
    documents,
    event_id_of,
    repair_line,
)
from studium.lake.formats.courses.tracking_log.shredding import LineCounts, Shredder

LARGEST_DOCUMENT_BYTES = 64 * 1024 * 1024

__all__ = [
    "ParsedFile",
    "parse_file",
]


@dataclass(frozen=True)
class ParsedFile:
    """The counts of a file; `damage` says why its archive could not be read to the end, `note` what was left out."""

    counts: LineCounts
    damage: str | None = None
    note: str | None = None


def parse_file(
    path: Path, shredder: Shredder, room: int, advance: Callable[[int], None]
) -> ParsedFile:
    """Shred one landed file; a damaged archive gives its complete lines. A line that takes more memory than `room`
    bytes is refused.
    """
    damage: list[str] = []
    notes: list[str] = []
    blocks = _until_damage(whole_lines(plain_blocks(path, advance, notes), room), damage)
    begun = []
    for block in blocks:
        begun.append(block)
        if not block.isspace():
            break
    pretty = _pretty_documents(path, begun[-1] if begun else b"", room // MEMORY_PER_BYTE)
    if pretty is not None:
        for line_no, text in pretty:
            event = text.encode("utf-8", errors="replace")
            shredder.add_document(line_no, Repaired(event.decode(), event_id_of(event)))
        return ParsedFile(shredder.close(), note="; ".join(notes) or None)
    shredder.add(LineReader(chain(begun, blocks), room))
    return ParsedFile(shredder.close(), "; ".join(damage) or None, "; ".join(notes) or None)


def _until_damage(blocks: Iterator[bytes], damage: list[str]) -> Iterator[bytes]:
    """Pass blocks on; at damage keep the reason. The torn line is dropped, a complete file will bring it."""
    try:
        yield from blocks
    except DamagedArchiveError as error:
        damage.append(str(error))


def _pretty_documents(path: Path, first: bytes, most: int) -> list[tuple[int, str]] | None:
    """A file of pretty-printed objects, maybe in an array: its first line opens an object that it does not close."""
    line = first.lstrip(b"[ \t\r\n").split(b"\n", 1)[0].rstrip(ARRAY)
    if not line.startswith(b"{") or line.endswith(b"}"):
        return None
    repaired = repair_line(line)
    if repaired is None or repaired.text is not None:
        return None
    whole = b""
    try:
        for block in plain_blocks(path):
            whole += block
            if len(whole) > min(most, LARGEST_DOCUMENT_BYTES):
                return None
    except DamagedArchiveError:
        return None
    return documents(whole.decode("utf-8-sig", errors="replace"))
