"""Tab-separated output of MySQL as Arrow columns, without a Python object per good line.

Enters: blocks of plain bytes, the number of columns. Leaves: `TextPart`s: the lines with the right number of fields as
columns of text, still escaped; the odd lines beside them. A backslash before a tab or a newline makes it text.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from studium.lake.archives.decompression import DamagedArchiveError

CHUNK_BYTES = 8 * 1024 * 1024
FIRST_LINE = 2  # after the header
LONGEST_LINE_BYTES = 128 * 1024 * 1024
TAB, NEWLINE, BACKSLASH, RETURN = 9, 10, 92, 13
Positions = npt.NDArray[np.int64]


@dataclass
class TextPart:
    """Some lines: `columns` as text beside their `lines`; `odd` holds (line number, raw bytes) of the others.

    `raw` gives the bytes of a line by its number. `broken` counts lines that were no UTF-8.
    """

    lines: pa.Array
    columns: list[pa.Array]
    raw: Callable[[int], bytes]
    odd: list[tuple[int, bytes]] = field(default_factory=list)
    broken: int = 0


def whole_lines(blocks: Iterable[bytes], damage: list[str]) -> Iterator[bytes]:
    """Chunks that end with a newline that is no text; a line of more than 128 MB is cut there.

    At damage of an archive the reason goes into `damage`, and the torn line is left out.
    """
    waiting = bytearray()
    for block in _until_damage(blocks, damage):
        searched = max(len(waiting) - 1, 0)
        waiting += block
        if len(waiting) < CHUNK_BYTES:
            continue
        cut = _last_newline(waiting, searched if len(waiting) > 2 * CHUNK_BYTES else 0)
        if cut:
            yield bytes(waiting[:cut])
            del waiting[:cut]
        elif len(waiting) > LONGEST_LINE_BYTES:
            yield bytes(waiting) + b"\n"
            waiting.clear()
    if damage:
        del waiting[_last_newline(waiting, 0) :]
    if waiting:
        yield bytes(waiting) if waiting.endswith(b"\n") else bytes(waiting) + b"\n"


def _until_damage(blocks: Iterable[bytes], damage: list[str]) -> Iterator[bytes]:
    try:
        yield from blocks
    except DamagedArchiveError as error:
        damage.append(str(error))


def _last_newline(text: bytearray, start: int) -> int:
    """One past the last newline after `start` that no backslash escapes; 0 without one."""
    end = len(text)
    while (found := text.rfind(b"\n", start, end)) >= 0:
        if not _is_escaped(text, found):
            return found + 1
        end = found
    return 0


def _is_escaped(text: bytes | bytearray, position: int) -> bool:
    """Whether an odd number of backslashes stands before a position."""
    first = position
    while first > 0 and text[first - 1] == BACKSLASH:
        first -= 1
    return (position - first) % 2 == 1


def parts_of(chunks: Iterable[bytes], width: int, is_windows: bool) -> Iterator[TextPart]:
    """Parts of the lines after the header; blank lines are none, but count in the numbering.

    With `is_windows` a return before the newline ends the line, also where a backslash would make the newline text;
    else only returns before a newline that ends a line do.
    """
    first_line = FIRST_LINE
    for chunk in chunks:
        text = chunk.replace(b"\r\n", b"\n") if is_windows else chunk
        part, lines = _part(text, width, first_line)
        first_line += lines
        yield part


def _part(chunk: bytes, width: int, first_line: int) -> tuple[TextPart, int]:
    text, broken = _as_utf8(chunk)
    characters = np.frombuffer(text, dtype=np.uint8)
    ends = _separators(text, characters)
    last = np.flatnonzero(characters[ends] == NEWLINE)  # which separators end a line
    before = np.concatenate([[-1], last[:-1]])
    is_good = (last - before) == width
    bounds = np.column_stack([np.concatenate([[0], ends[last[:-1]] + 1]), ends[last]])
    if width == 1:
        is_good &= bounds[:, 1] > bounds[:, 0]

    def raw(line_no: int) -> bytes:
        start, end = bounds[line_no - first_line].tolist()
        return text[start:end]

    odd = [
        (first_line + int(index), raw(first_line + int(index)))
        for index in np.flatnonzero(~is_good)
    ]
    odd = [(line_no, line) for line_no, line in odd if line]
    columns = _columns(text, ends, before[is_good] + 1, width)
    if (
        b"\r\n" in text
    ):  # of a file that another system wrote on: the line end, whatever the header has
        columns[-1] = pc.utf8_rtrim(columns[-1], characters="\r")
    numbers = pa.array(np.flatnonzero(is_good) + first_line)
    return TextPart(numbers, columns, raw, odd, broken), len(last)


def _as_utf8(chunk: bytes) -> tuple[bytes, int]:
    """The text and how many of its lines were no UTF-8; what has no character becomes U+FFFD."""
    if chunk.isascii():
        return chunk, 0
    try:
        chunk.decode()
    except UnicodeDecodeError:
        broken = sum(not _is_utf8(line) for line in chunk.split(b"\n"))
        return chunk.decode(errors="replace").encode(), broken
    return chunk, 0


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _separators(text: bytes, characters: npt.NDArray[np.uint8]) -> Positions:
    """Where tabs and newlines stand that no backslash escapes."""
    ends = np.flatnonzero((characters == TAB) | (characters == NEWLINE))
    doubtful = np.flatnonzero(characters[ends - 1] == BACKSLASH)
    escaped = [index for index in doubtful.tolist() if _is_escaped(text, int(ends[index]))]
    kept = np.delete(ends, escaped) if escaped else ends
    is_open = kept.size == 0 or kept[-1] != len(text) - 1
    return np.append(kept, len(text) - 1) if is_open else kept


def _columns(text: bytes, ends: Positions, first: Positions, width: int) -> list[pa.Array]:
    """Column by column: `first` is, per good line, the index in `ends` of its first field's end."""
    offsets = np.empty(2 * len(ends) + 1, dtype=np.int32)
    offsets[0] = 0
    offsets[1::2] = ends
    offsets[2::2] = ends + 1
    pieces = pa.StringArray.from_buffers(2 * len(ends), pa.py_buffer(offsets), pa.py_buffer(text))
    return [pieces.take(pa.array(2 * (first + column))) for column in range(width)]
