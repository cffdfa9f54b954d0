"""Zip archives, read by their directory.

Enters: a path. Leaves: entries in the order of the directory; encrypted archives are refused, unsafe names passed over.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from studium.lake.archives.entries import (
    ArchiveEntry,
    SkippedEntry,
    fault_of,
    printable,
    tidy_name,
)
from studium.lake.archives.limits import (
    ArchiveLimits,
    RefusedArchiveError,
    check_bytes,
    check_entries,
)
from studium.lake.archives.streams import CountedStream

FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error)
IS_UTF8 = 0x800
IS_ENCRYPTED = 0x1
UNIX = 3
MEAN_DIRECTORY_BYTES = 1024  # per entry; the library reads the whole directory into memory
END_RECORD = struct.Struct("<4s4H2LH")
LARGE_END_RECORD = struct.Struct("<4sQ2H2L4Q")  # of zips with sizes of 64 bits
LOCATOR_BYTES = 20
LONGEST_END = LARGE_END_RECORD.size + LOCATOR_BYTES + END_RECORD.size + 65_535


def is_zip(path: Path) -> bool:
    """Whether the file begins as a zip does, empty and spanned ones included."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def zip_entries(
    path: Path, limits: ArchiveLimits, skipped: list[SkippedEntry]
) -> Iterator[ArchiveEntry]:
    """Regular files in the order of the directory."""
    _check_directory(path, limits)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise RefusedArchiveError(
            f"the zip cannot be opened: {error}",
            str(path),
            "A zip that was cut off has no directory: fetch it again.",
        ) from error
    with archive:
        headers = [header for header in archive.infolist() if not header.is_dir()]
        check_entries(path, len(archive.infolist()), limits)
        _check_readable(path, headers, limits)
        yield from _regular_files(path, archive, limits, skipped)


def _check_directory(path: Path, limits: ArchiveLimits) -> None:
    """Refuse a directory that would fill the memory before its entries can be counted."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LONGEST_END))
        end = file.read()
    start = end.rfind(b"PK\x05\x06")
    if start < 0 or len(end) - start < END_RECORD.size:
        return
    directory_bytes = END_RECORD.unpack_from(end, start)[5]
    large_start = start - LOCATOR_BYTES - LARGE_END_RECORD.size
    if directory_bytes == 0xFFFFFFFF and large_start >= 0:
        directory_bytes = LARGE_END_RECORD.unpack_from(end, large_start)[8]
    if directory_bytes > limits.entries * MEAN_DIRECTORY_BYTES:
        check_entries(path, limits.entries + 1, limits)


def _check_readable(path: Path, headers: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    if any(header.flag_bits & IS_ENCRYPTED for header in headers):
        raise RefusedArchiveError(
            "the zip is encrypted", str(path), "Decrypt it first: Studium asks for no passwords."
        )
    claimed = sum(header.file_size for header in headers)
    check_bytes(path, claimed, path.stat().st_size, limits)


def _regular_files(
    path: Path, archive: zipfile.ZipFile, limits: ArchiveLimits, skipped: list[SkippedEntry]
) -> Iterator[ArchiveEntry]:
    meter = Meter(path, limits)
    for header in archive.infolist():
        if header.is_dir():
            continue
        name = tidy_name(_name_of(header))
        fault = _kind_fault(header) or fault_of(name)
        content = None if fault else _opened(archive, header)
        if content is None:
            skipped.append(SkippedEntry(printable(name), fault or "unsupported_compression"))
            continue
        stream = CountedStream(meter.counting(content), FAULTS)
        yield ArchiveEntry(name, header.file_size, _time_of(header), cast("BinaryIO", stream))
        content.close()


class Meter:
    """Counts what really comes out of all entries: a directory may lie."""

    def __init__(self, path: Path, limits: ArchiveLimits) -> None:
        self.path = path
        self.raw_bytes = path.stat().st_size
        self.limits = limits
        self.given = 0

    def counting(self, content: zipfile.ZipExtFile) -> "ZipReader":
        """A function that reads from `content` and counts."""
        return ZipReader(self, content)

    def count(self, size: int) -> None:
        """Refuse the archive once it gives more than it may."""
        self.given += size
        check_bytes(self.path, self.given, self.raw_bytes, self.limits)


class ZipReader:
    """Reads one entry through the meter of its archive."""

    def __init__(self, meter: Meter, content: zipfile.ZipExtFile) -> None:
        self.meter = meter
        self.content = content

    def __call__(self, size: int) -> bytes:
        """Some bytes, at most `size`; none at the end."""
        piece = self.content.read1(size)
        self.meter.count(len(piece))
        return piece


def _opened(archive: zipfile.ZipFile, header: zipfile.ZipInfo) -> zipfile.ZipExtFile | None:
    try:
        return cast("zipfile.ZipExtFile", archive.open(header))
    except NotImplementedError:
        return None


def _name_of(header: zipfile.ZipInfo) -> str:
    """The name as UTF-8 where its bytes are UTF-8, flagged or not; else with surrogates, which no name may hold."""
    if header.flag_bits & IS_UTF8:
        return header.orig_filename
    return header.orig_filename.encode("cp437").decode("utf-8", "surrogateescape")


def _kind_fault(header: zipfile.ZipInfo) -> str | None:
    mode = header.external_attr >> 16
    kind = stat.S_IFMT(mode) if header.create_system == UNIX else 0
    if kind in (0, stat.S_IFREG):
        return None
    return "link" if kind == stat.S_IFLNK else "device"


def _time_of(header: zipfile.ZipInfo) -> datetime | None:
    """A zip keeps local time without its zone: taken as UTC."""
    try:
        return datetime(*header.date_time, tzinfo=UTC)
    except ValueError:
        return None
