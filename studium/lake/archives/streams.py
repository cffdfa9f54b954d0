"""Bounded reading: however small an archive is, no read gives more than it was asked for.

Enters: the raw bytes of a tar, compressed or not. Leaves: plain bytes, counted against the limits.
"""

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import zstandard

from studium.lake.archives.decompression import (
    LARGEST_XZ_MEMORY,
    MAGIC_BYTES,
    DamagedArchiveError,
    compression_of,
)
from studium.lake.archives.limits import ArchiveLimits, check_bytes

RAW_BYTES = 64 * 1024
LARGEST_ZSTD_WINDOW = 128 * 1024 * 1024
GZIP_WINDOW = 31  # 15 bits of window, and 16 for the gzip header
FAULTS = (zlib.error, lzma.LZMAError, zstandard.ZstdError, OSError, EOFError, ValueError)


class PlainStream:
    """The plain bytes of a file, read in pieces; raises DamagedArchiveError where they end too early.

    `tail` holds the last 512 bytes given: a tar that is whole ends in zeros.
    """

    def __init__(self, path: Path, limits: ArchiveLimits) -> None:
        self.path = path
        self.limits = limits
        self.given = 0
        self.tail = b""
        self.damage: DamagedArchiveError | None = None
        self.file = path.open("rb")
        self.compression = compression_of(self.file.read(MAGIC_BYTES))
        self.file.seek(0)
        self._read = self._reader()

    def read(self, size: int) -> bytes:
        """At most `size` bytes, and fewer only at the end or before damage, which the next call raises."""
        pieces = []
        wanted = size
        try:
            while wanted > 0 and (piece := self._piece(wanted)):
                pieces.append(piece)
                wanted -= len(piece)
        except DamagedArchiveError:
            if not pieces:
                raise
        return b"".join(pieces)

    def drain(self) -> None:
        """Read to the end, so that damage after the last entry is seen."""
        while self._piece(RAW_BYTES):
            pass

    def __enter__(self) -> "PlainStream":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.file.close()

    def _piece(self, size: int) -> bytes:
        if self.damage:
            raise self.damage
        try:
            piece = self._read(size)
        except FAULTS as error:
            self.damage = DamagedArchiveError(f"{self.compression}: {error}")
            raise self.damage from error
        self.given += len(piece)
        check_bytes(self.path, self.given, self.file.tell(), self.limits)
        self.tail = (self.tail + piece[-512:])[-512:]
        return piece

    def _reader(self) -> Callable[[int], bytes]:
        if self.compression == "plain":
            return self.file.read
        if self.compression == "zstd":
            return _zstd_reader(self.file)
        return MemberReader(self.file, self.compression).read


class MemberReader:
    """Members of gzip, bzip2 or xz one after the other; bytes that open no member after the first are passed over."""

    def __init__(self, file: BinaryIO, compression: str) -> None:
        self.file = file
        self.compression = compression
        self.member = self._new_member()
        self.is_started = False
        self.rest = b""

    def read(self, size: int) -> bytes:
        """Some bytes, at most `size`; none at the end of the last member."""
        while True:
            piece = self._decompress(size)
            if piece:
                return piece
            if self.member.eof:
                if not self._next_member():
                    return b""
            elif not self.rest and not self._refill():
                raise EOFError("ends before its end marker")

    def _refill(self) -> bool:
        self.rest += self.file.read(RAW_BYTES)
        return bool(self.rest)

    def _decompress(self, size: int) -> bytes:
        if self.member.eof:
            return b""
        rest, self.rest = self.rest, b""
        piece = bytes(self.member.decompress(rest, size))
        if self.compression == "gzip":
            self.rest = self.member.unconsumed_tail
        return piece

    def _next_member(self) -> bool:
        """Go on with the member behind the one that ended; False if there is none."""
        self.rest = self.member.unused_data
        while True:
            self.rest = self.rest.lstrip(b"\0")
            if len(self.rest) >= 6 or not (more := self.file.read(RAW_BYTES)):
                break
            self.rest += more
        if compression_of(self.rest) != self.compression:
            return False
        self.member = self._new_member()
        return True

    def _new_member(self) -> Any:
        if self.compression == "gzip":
            return zlib.decompressobj(wbits=GZIP_WINDOW)
        if self.compression == "bzip2":
            return bz2.BZ2Decompressor()
        return lzma.LZMADecompressor(memlimit=LARGEST_XZ_MEMORY)


class CountedStream(io.RawIOBase):
    """One entry as a readable file; `read_piece(size)` gives its bytes, faults become DamagedArchiveError."""

    def __init__(self, read_piece: Callable[[int], bytes], faults: tuple[type[Exception], ...]):
        super().__init__()
        self.read_piece = read_piece
        self.faults = faults

    def readable(self) -> bool:
        """Always: an entry is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` from the entry; 0 at its end."""
        try:
            piece = self.read_piece(len(buffer))
        except self.faults as error:
            raise DamagedArchiveError(str(error) or type(error).__name__) from error
        buffer[: len(piece)] = piece
        return len(piece)


def _zstd_reader(file: BinaryIO) -> Callable[[int], bytes]:
    decompressor = zstandard.ZstdDecompressor(max_window_size=LARGEST_ZSTD_WINDOW)
    reader = decompressor.stream_reader(file, read_across_frames=True, closefd=False)
    return reader.read
