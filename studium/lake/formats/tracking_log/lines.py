"""Plain bytes to numbered lines in Arrow, without a Python object per good line.

Enters: blocks of bytes. Leaves: batches (line_no, event_id, line) of the lines that look like one JSON object, the odd
ones beside them for `repair`. Every non-blank line is in exactly one of the two.
"""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from studium.lake.formats.tracking_log.repair import CutLine, event_id_of

CHUNK_BYTES = 4 * 1024 * 1024  # several of DuckDB's vectors of 2,048 rows
LONG_LINE_BYTES = 1024 * 1024  # longer lines go the careful way
KEPT_OF_CUT_LINE = 1024 * 1024
FAIRLY_LONG_BYTES = 16 * 1024  # shorter lines are never many MB in one vector of DuckDB
# In DuckDB, at most; measured with long texts and with nested lists, the worst of each.
MEMORY_PER_BYTE, MEMORY_PER_VALUE = 27, 250
Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
EVENT_ID_LENGTH = 32  # hex digits of 128 bits
OPENING_BRACE, CLOSING_BRACE, NEWLINE, CARRIAGE_RETURN = 123, 125, 10, 13
LINES = pa.schema([("line_no", pa.int64()), ("event_id", pa.string()), ("line", pa.large_string())])


class LineReader:
    """The lines of one file in Arrow batches; `odd` collects (line number, raw bytes) of the others as it goes."""

    def __init__(self, blocks: Iterator[bytes], room: int) -> None:
        """`blocks` as `whole_lines` gives them; `room` is the memory in bytes that the lines of one query may take."""
        self.odd: list[tuple[int, bytes]] = []
        self.good = 0
        self.is_done = False
        self._next_line = 1
        self._chunks = _chunks(blocks, room)
        self._held: list[bytes] = []
        self._room = room

    def batches(self, size: int) -> Iterator[pa.RecordBatch]:
        """Batches (line_no, event_id, line) of about `size` bytes together; call again for the rest of the file.

        Fewer where lines are so long that their parts in one query would take more than the room.
        """
        taken = heavy = 0
        for chunk in chain(self._held, self._chunks):
            weight = _weight(chunk) if _has_long_lines(chunk) else 0
            if heavy and heavy + weight > self._room:
                self._held = [chunk]
                return
            self._held = []
            heavy += weight
            if isinstance(chunk, CutLine):
                self.odd.append((self._next_line, chunk))
                self._next_line += 1
                continue
            lines = _lines_of(chunk)
            self._collect_odd(chunk, lines)
            if lines.is_good.any():
                yield _batch(chunk, lines, self._next_line)
            self.good += int(lines.is_good.sum())
            self._next_line += len(lines.ends)
            taken += len(chunk)
            if taken >= size:
                return
        self.is_done = True

    def _collect_odd(self, chunk: bytes, lines: "Lines") -> None:
        for index in np.flatnonzero(~lines.is_good & (lines.ends > lines.starts)):
            line = chunk[lines.starts[index] : lines.ends[index]]
            self.odd.append((self._next_line + int(index), line))


def _chunks(blocks: Iterator[bytes], room: int) -> Iterator[bytes]:
    """Chunks of CHUNK_BYTES or more but for the last; a line that was cut stands alone."""
    parts: list[bytes] = []
    waiting = 0
    for block in blocks:
        if isinstance(block, CutLine):
            yield from _light(b"".join(parts), room)
            yield block
            parts, waiting = [], 0
            continue
        parts.append(block)
        waiting += len(block)
        if waiting >= CHUNK_BYTES:
            yield from _light(b"".join(parts), room)
            parts, waiting = [], 0
    yield from _light(b"".join(parts), room)


def _light(chunk: bytes, room: int) -> Iterator[bytes]:
    """The chunk, or pieces of it that take half of the room; a line that takes more than all of it is cut."""
    if chunk and not chunk.endswith(b"\n"):
        chunk += b"\n"
    if not _has_long_lines(chunk) or _weight(chunk) <= room // 2:
        yield from [chunk] if chunk else []
        return
    middle = len(chunk) // 2
    cut = chunk.rfind(b"\n", 0, middle) + 1 or chunk.find(b"\n", middle) + 1
    if cut < len(chunk):
        yield from _light(chunk[:cut], room)
        yield from _light(chunk[cut:], room)
    else:
        yield chunk if _weight(chunk) <= room else CutLine(chunk[:KEPT_OF_CUT_LINE])


def _has_long_lines(chunk: bytes) -> bool:
    return chunk.count(b"\n") * FAIRLY_LONG_BYTES < len(chunk)


def _weight(chunk: bytes) -> int:
    """Bytes of memory that the text takes at most in DuckDB: its copies, and trees of its values."""
    values = sum(chunk.count(sign) for sign in (b",", b":", b"[", b"{"))
    return MEMORY_PER_BYTE * len(chunk) + MEMORY_PER_VALUE * values


def whole_lines(blocks: Iterator[bytes], room: int) -> Iterator[bytes]:
    """Blocks that end with a line; of one that cannot be read in `room` bytes of memory, a CutLine and nothing else.

    NULs at the start of a line are left out: a rotated log may begin with a hole of any size. The last line is whole,
    unless `blocks` raise: then what they gave of it is dropped.
    """
    parts: list[bytes] = []
    waiting = 0
    is_cut = False
    for piece in _pieces(blocks):
        first_end = piece.find(b"\n") + 1
        if is_cut and not first_end:
            continue
        if is_cut:
            yield CutLine(parts[0])
            piece, parts, waiting, is_cut = piece[first_end:], [], 0, False
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield b"".join([*parts, piece[:cut]])
            parts, waiting = [], 0
        rest = piece[cut:]
        parts.append(rest if waiting else rest.lstrip(b"\0"))
        waiting += len(parts[-1])
        if waiting * MEMORY_PER_BYTE > room:
            parts, is_cut = [b"".join(parts)[:KEPT_OF_CUT_LINE]], True
    if is_cut:
        yield CutLine(parts[0])
    elif waiting:
        yield b"".join(parts)


def _pieces(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """A block of an archive may be a thousand times its raw bytes."""
    for block in blocks:
        if len(block) <= CHUNK_BYTES:
            yield block
        else:
            for start in range(0, len(block), CHUNK_BYTES):
                yield block[start : start + CHUNK_BYTES]


class Lines(NamedTuple):
    """Where each line of a chunk starts and ends, its line end left out, and whether it looks like one JSON object."""

    starts: Positions
    ends: Positions
    is_good: Mask


def _lines_of(chunk: bytes) -> Lines:
    characters = np.frombuffer(chunk, dtype=np.uint8)
    ends = np.flatnonzero(characters == NEWLINE)
    starts = np.concatenate([[0], ends[:-1] + 1])
    ends = ends - ((characters[ends - 1] == CARRIAGE_RETURN) & (ends > starts))
    lengths = ends - starts
    is_good = (
        (characters[starts] == OPENING_BRACE)
        & (characters[ends - 1] == CLOSING_BRACE)
        & (lengths > 1)
        & (lengths <= LONG_LINE_BYTES)
    )
    return Lines(starts, ends, is_good & _are_utf8(chunk, starts, ends))


def _are_utf8(chunk: bytes, starts: Positions, ends: Positions) -> Mask:
    if _is_utf8(chunk):
        return np.ones(len(starts), dtype=bool)
    bounds = zip(starts.tolist(), ends.tolist(), strict=True)
    return np.array([_is_utf8(chunk[start:end]) for start, end in bounds], dtype=bool)


def _is_utf8(text: bytes) -> bool:
    """Arrow checks several times faster than Python decodes."""
    if text.isascii():
        return True
    one = pa.BinaryArray.from_buffers(
        pa.binary(), 1, [None, pa.py_buffer(np.array([0, len(text)], np.int32)), pa.py_buffer(text)]
    )
    try:
        one.cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True


def _batch(chunk: bytes, lines: Lines, line_no: int) -> pa.RecordBatch:
    """All lines of a chunk, the odd ones NULL; text stays in the chunk, line end included, which JSON allows."""
    offsets = np.concatenate([lines.starts, [len(chunk)]]).astype(np.int64)
    validity = np.packbits(lines.is_good, bitorder="little")
    text = pa.LargeStringArray.from_buffers(
        len(lines.starts), pa.py_buffer(offsets), pa.py_buffer(chunk), pa.py_buffer(validity)
    )
    numbers = np.arange(line_no, line_no + len(lines.starts), dtype=np.int64)
    bounds = zip(lines.starts.tolist(), lines.ends.tolist(), strict=True)
    event_ids = "".join([event_id_of(chunk[start:end]) for start, end in bounds]).encode()
    id_offsets = np.arange(0, len(event_ids) + 1, EVENT_ID_LENGTH, dtype=np.int32)
    identities = pa.StringArray.from_buffers(
        len(numbers), pa.py_buffer(id_offsets), pa.py_buffer(event_ids)
    )
    return pa.RecordBatch.from_arrays([pa.array(numbers), identities, text], schema=LINES)
