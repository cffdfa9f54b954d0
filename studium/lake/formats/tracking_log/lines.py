"""Plain bytes to numbered lines in Arrow, without a Python object per good line.

Enters: blocks of bytes. Leaves: batches (line_no, event_id, line) of the lines that look like one JSON object, the odd
ones beside them for `repair`. Every non-blank line is in exactly one of the two.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from studium.lake.formats.tracking_log.repair import event_id_of

CHUNK_BYTES = 4 * 1024 * 1024  # several of DuckDB's vectors of 2,048 rows
LONG_LINE_BYTES = 1024 * 1024  # longer lines go the careful way
LONGEST_LINE_BYTES = 256 * 1024 * 1024
Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
EVENT_ID_LENGTH = 32  # hex digits of 128 bits
OPENING_BRACE, CLOSING_BRACE, NEWLINE, CARRIAGE_RETURN = 123, 125, 10, 13
LINES = pa.schema([("line_no", pa.int64()), ("event_id", pa.string()), ("line", pa.large_string())])


class LineReader:
    """The lines of one file in Arrow batches; `odd` collects (line number, raw bytes) of the others as it goes."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self.odd: list[tuple[int, bytes]] = []
        self.good = 0
        self.is_done = False
        self._next_line = 1
        self._chunks = _whole_lines(blocks)

    def batches(self, size: int) -> Iterator[pa.RecordBatch]:
        """Batches (line_no, event_id, line) of about `size` bytes together; call again for the rest of the file."""
        taken = 0
        for chunk in self._chunks:
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


def _whole_lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Chunks of whole lines, of CHUNK_BYTES or more but for the last.

    A line past LONGEST_LINE_BYTES is cut there, and so becomes odd.
    """
    parts: list[bytes] = []
    waiting = 0
    for block in blocks:
        parts.append(block)
        waiting += len(block)
        if waiting < CHUNK_BYTES:
            continue
        cut = block.rfind(b"\n") + 1
        if cut:
            yield b"".join([*parts[:-1], block[:cut]])
            parts = [block[cut:]]
            waiting = len(parts[0])
        elif waiting > LONGEST_LINE_BYTES:
            yield b"".join([*parts, b"\n"])
            parts, waiting = [], 0
    rest = b"".join(parts)
    if rest:
        yield rest if rest.endswith(b"\n") else rest + b"\n"


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
    if text.isascii():
        return True
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
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
