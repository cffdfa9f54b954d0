"""Secret columns are blanked before a byte of their file is stored: passwords in rosters never reach the disk.

Enters: the stream of a file and its path. Leaves: the same stream, or its records written again without the values of
these columns, by the same reader of CSV that types them later, so that the two never differ on what is which column.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO, cast

from studium.errors import StudiumError
from studium.lake.archives.decompression import DamagedArchiveError, peeled, plain_text
from studium.lake.deliveries.recognition import secrets_of

READ_BYTES = 64 * 1024
HEAD_BYTES = 2 * 1024 * 1024  # a block of bzip2, the longest, is 900 kB
MARK = codecs.BOM_UTF8
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
TORN = (DamagedArchiveError, OSError, csv.Error, UnicodeError)


class UnreadableSecretsError(StudiumError):
    """A file whose secret columns cannot be told apart; nothing of it may be stored."""


def without_secrets(path: str, source: BinaryIO) -> BinaryIO:
    """What may be stored of a file. Raises UnreadableSecretsError, also while it is read."""
    taken: list[bytes] = []
    pattern = secrets_of(path, lambda: _plain_head(_head(source, taken)))
    if not taken:
        return source
    rest = iter(lambda: source.read(READ_BYTES), b"")
    whole: Any = io.BufferedReader(_Pieces(chain(taken, rest)))
    if not pattern or not _may_hold(pattern, _plain_head(b"".join(taken))):
        return cast("BinaryIO", whole)
    return cast("BinaryIO", io.BufferedReader(_Pieces(_blanked(path, whole, pattern))))


def _may_hold(pattern: str, head: bytes) -> bool:
    """Whether a column of the first line is secret, or the line is too long to be seen whole."""
    first, end, _ = head.partition(b"\n")
    return not end or re.search(pattern, first.decode(errors="replace").lower()) is not None


def _head(source: BinaryIO, taken: list[bytes]) -> bytes:
    """The first bytes, which are taken from the source once."""
    while not taken or (sum(map(len, taken)) < HEAD_BYTES and taken[-1]):
        taken.append(source.read(READ_BYTES))
    return b"".join(taken)


def _plain_head(head: bytes) -> bytes:
    """What a head says when it is unpacked, as far as it goes, in UTF-8: what a reader of the file would see."""
    plain = b""
    try:
        for block in plain_text(lambda: io.BytesIO(head)):
            plain += block
            if b"\n" in plain or len(plain) > HEAD_BYTES:
                break
    except DamagedArchiveError:
        pass
    return plain


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, target: Any, /) -> int:
        """Fill what fits of the next piece."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        place = memoryview(target).cast("B")
        taken, self._rest = self._rest[: len(place)], self._rest[len(place) :]
        place[: len(taken)] = taken
        return len(taken)


def _blanked(path: str, source: io.BufferedReader, pattern: str) -> Iterator[bytes]:
    """The records without secret values; one that does not fit the header loses all of its values."""
    try:
        yield from _records(path, source, pattern)
    except TORN as error:
        # What a library says of packing names no value; what it says of records might.
        said = error if isinstance(error, DamagedArchiveError) else type(error).__name__
        raise UnreadableSecretsError(
            f"it may hold passwords and cannot be read to its end: {said}",
            path,
            "Have it sent again. Nothing of it was stored.",
        ) from None


def _records(path: str, source: io.BufferedReader, pattern: str) -> Iterator[bytes]:
    from studium.lake.reading.tables.delimited import LONGEST_LINE_BYTES  # which loads NumPy

    csv.field_size_limit(LONGEST_LINE_BYTES)
    lines = _text(source)
    header = next(lines, "")
    if "\t" in header:
        raise UnreadableSecretsError(
            "it may hold passwords and has tabs between its columns", path, "Send it with commas."
        )
    records = csv.reader(_before(header, lines))
    names = next(records, [])
    secret = [bool(re.search(pattern, name.lower())) for name in names]
    yield _line(names)
    for record in records:
        is_whole = len(record) == len(names) and not any(
            "\n" in field or "\r" in field for field in record
        )
        kept = zip(record, secret if is_whole else [True] * len(record), strict=True)
        yield _line(["" if is_secret else field for field, is_secret in kept])


def _before(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _text(source: io.BufferedReader) -> Iterator[str]:
    """Lines of the plain text; bytes that are no UTF-8 go through unchanged."""
    plain = _plain(source)
    head = plain.peek(len(MARK))
    if head.startswith(WIDE_MARKS):
        return iter(io.TextIOWrapper(plain, encoding="utf-16", errors="replace", newline=""))
    return iter(io.TextIOWrapper(plain, encoding="utf-8-sig", errors="surrogateescape", newline=""))


def _plain(source: io.BufferedReader) -> io.BufferedReader:
    blocks = iter(lambda: source.read(READ_BYTES), b"")
    return io.BufferedReader(_Pieces(peeled(blocks, [])))


def _line(record: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(record)
    return text.getvalue().encode(errors="surrogateescape")
