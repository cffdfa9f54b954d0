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

from studium.lake.archives.decompression import DamagedArchiveError
from studium.lake.formats.courses.tracking_log.repair import CutLine, event_id_of

CHUNK_BYTES = 512 * 1024  # a processor's own cache holds it, while each line is read several times
LONG_LINE_BYTES = 1024 * 1024  # longer lines go the careful way
KEPT_OF_CUT_LINE = 1024 * 1024
FAIRLY_LONG_BYTES = 16 * 1024  # shorter lines are never many MB in one vector of DuckDB
# In DuckDB, at most; measured with long texts and with nested lists, the worst of each.
MEMORY_PER_BYTE, MEMORY_PER_VALUE = 27, 250
Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
PARTS_FROM = (
    1 << 40
)  # a place is the line, and so many more for each object before the event on its line
EVENT_ID_LENGTH = 32  # hex digits of 128 bits
OPENING_BRACE, CLOSING_BRACE, NEWLINE, CARRIAGE_RETURN = 123, 125, 10, 13
LINES = pa.schema([("line_no", pa.int64()), ("event_id", pa.string()), ("line", pa.large_string())])


class LineReader:
    """The lines of one file in Arrow batches; `odd` collects (line number, raw bytes) of the others as it goes."""

    def __init__(self, texts: Iterator[bytes], room: int) -> None:
        """`texts` as `whole_lines` gives them; `room` is the memory in bytes that the lines of one query may take."""
        self.odd: list[tuple[int, bytes]] = []
        self.good = 0
        self.is_done = False
        self._next_line = 1
        self._chunks = (chunk for text in texts if text for chunk in _light(text, room))
        self._held: list[Chunk] = []
        self._room = room

    def batches(self, size: int) -> Iterator[pa.RecordBatch]:
        """Batches (line_no, event_id, line) of about `size` bytes together; call again for the rest of the file.

        Fewer where lines are so long that their parts in one query would take more than the room.
        """
        taken = heavy = 0
        for chunk in chain(self._held, self._chunks):
            if heavy and heavy + chunk.weight > self._room:
                self._held = [chunk]
                return
            self._held = []
            heavy += chunk.weight
            if isinstance(chunk.text, CutLine):
                self.odd.append((self._next_line, chunk.text))
                self._next_line += 1
                continue
            lines = _lines_of(chunk.text)
            self._collect_odd(chunk.text, lines)
            if lines.is_good.any():
                yield _batch(chunk.text, lines, self._next_line)
            self.good += int(lines.is_good.sum())
            self._next_line += len(lines.ends)
            taken += len(chunk.text)
            if taken >= size:
                return
        self.is_done = True

    def _collect_odd(self, chunk: bytes, lines: "Lines") -> None:
        for index in np.flatnonzero(~lines.is_good & (lines.ends > lines.starts)):
            line = chunk[lines.starts[index] : lines.ends[index]]
            self.odd.append((self._next_line + int(index), line))


class Chunk(NamedTuple):
    """Whole lines, or one that was cut; `weight` is the memory that they may take if there are long ones, else 0."""

    text: bytes
    weight: int


def _light(text: bytes, room: int) -> Iterator[Chunk]:
    """The text, or pieces of it that take half of the room; a line that takes more than all of it is cut."""
    if isinstance(text, CutLine):
        yield Chunk(text, 0)
        return
    weight = _weight(text) if _has_long_lines(text) else 0
    if weight <= room // 2:
        yield Chunk(text, weight)
        return
    middle = len(text) // 2
    cut = text.rfind(b"\n", 0, middle) + 1 or text.find(b"\n", middle) + 1
    if cut < len(text):
        yield from _light(text[:cut], room)
        yield from _light(text[cut:], room)
    elif weight <= room:
        yield Chunk(text, weight)
    else:
        yield Chunk(CutLine(text[:KEPT_OF_CUT_LINE]), 0)


def _has_long_lines(text: bytes) -> bool:
    """Whether the mean line is long. Counting looks at all bytes; a line end in every stretch is found faster."""
    starts = range(0, len(text), FAIRLY_LONG_BYTES)
    if all(text.find(b"\n", start, start + FAIRLY_LONG_BYTES) >= 0 for start in starts):
        return False
    return text.count(b"\n") * FAIRLY_LONG_BYTES < len(text)


def _weight(text: bytes) -> int:
    """Bytes of memory that the text takes at most in DuckDB: its copies, and trees of its values."""
    values = sum(text.count(sign) for sign in (b",", b":", b"[", b"{"))
    return MEMORY_PER_BYTE * len(text) + MEMORY_PER_VALUE * values


def whole_lines(blocks: Iterator[bytes], room: int) -> Iterator[bytes]:
    """Lines in texts of CHUNK_BYTES or more but for the last; of a line that cannot be read in `room` bytes of memory,
    a CutLine and nothing else.

    NULs at the start of a line are left out: a rotated log may begin with a hole of any size. Where the archive is
    damaged, the lines before come first, and what there is of the torn one is dropped.
    """
    waiting = _Waiting()
    try:
        for piece in _pieces(blocks):
            yield from waiting.take(piece, room)
    except DamagedArchiveError:
        yield from waiting.lines_so_far()
        raise
    yield from waiting.all_lines()


class _Waiting:
    """What was read and not yet given on: whole lines, and the beginning of the next. Copied once, when they leave."""

    def __init__(self) -> None:
        self._whole: list[bytes | memoryview] = []
        self._whole_bytes = 0
        self._begun: list[bytes] = []
        self._begun_bytes = 0
        self._is_cut = False

    def take(self, piece: bytes, room: int) -> Iterator[bytes]:
        """Add what was read; gives what became ripe by it."""
        end = piece.rfind(b"\n") + 1
        start = 0
        if self._is_cut:
            if not end:
                return
            yield from self.all_lines()
            start = piece.find(b"\n") + 1
        if start < end:
            self._whole += [*self._begun, memoryview(piece)[start:end]]
            self._whole_bytes += self._begun_bytes + end - start
            self._begun, self._begun_bytes = [], 0
        if self._whole_bytes >= CHUNK_BYTES:
            yield from self.lines_so_far()
        rest = piece[end:]
        self._begun.append(rest if self._begun_bytes else rest.lstrip(b"\0"))
        self._begun_bytes += len(self._begun[-1])
        if self._begun_bytes * MEMORY_PER_BYTE > room:
            self._begun = [b"".join(self._begun)[:KEPT_OF_CUT_LINE]]
            self._is_cut = True

    def lines_so_far(self) -> Iterator[bytes]:
        """The whole lines."""
        if self._whole:
            yield b"".join(self._whole)
        self._whole, self._whole_bytes = [], 0

    def all_lines(self) -> Iterator[bytes]:
        """The whole lines, and the last one whether it has a line end or not."""
        yield from self.lines_so_far()
        if self._is_cut:
            yield CutLine(self._begun[0])
        elif self._begun_bytes:
            yield b"".join([*self._begun, b"\n"])
        self._begun, self._begun_bytes, self._is_cut = [], 0, False


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
    view = memoryview(chunk)
    event_ids = "".join([event_id_of(view[start:end]) for start, end in bounds]).encode()
    id_offsets = np.arange(0, len(event_ids) + 1, EVENT_ID_LENGTH, dtype=np.int32)
    identities = pa.StringArray.from_buffers(
        len(numbers), pa.py_buffer(id_offsets), pa.py_buffer(event_ids)
    )
    return pa.RecordBatch.from_arrays([pa.array(numbers), identities, text], schema=LINES)
