"""Tar archives, plain or compressed, read once from front to back.

Enters: a path. Leaves: entries in their order; what is no regular file or has an unsafe name is passed over.
"""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from studium.lake.archives.decompression import DamagedArchiveError
from studium.lake.archives.entries import (
    ArchiveEntry,
    SkippedEntry,
    fault_of,
    printable,
    tidy_name,
    time_of,
)
from studium.lake.archives.limits import (
    ArchiveLimits,
    RefusedArchiveError,
    check_bytes,
    check_entries,
)
from studium.lake.archives.streams import CountedStream, PlainStream

LARGEST_EXTRA_HEADER = 1024 * 1024  # a long name or a table of attributes
EXTRA_HEADERS = {
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
}
END_MARK = bytes(512)


class CarefulHeader(tarfile.TarInfo):
    """A header whose long names cannot fill the memory: the library reads them whole."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "CarefulHeader":
        """As the library's, but a name or attributes above 1 MB refuse the archive."""
        header = super().frombuf(buf, encoding, errors)
        if header.type in EXTRA_HEADERS and header.size > LARGEST_EXTRA_HEADER:
            raise RefusedArchiveError(
                "the archive has an entry name of more than 1 MB",
                printable(header.name),
                "It was not made by a tool that you should trust.",
            )
        return header


def is_tar(path: Path) -> bool:
    """Whether the first 512 plain bytes are a tar header with a right checksum."""
    with PlainStream(path, ArchiveLimits()) as stream:
        try:
            head = stream.read(tarfile.BLOCKSIZE)
            tarfile.TarInfo.frombuf(head, tarfile.ENCODING, "surrogateescape")
        except (tarfile.HeaderError, DamagedArchiveError):
            return False
    return True


def tar_entries(
    path: Path, limits: ArchiveLimits, skipped: list[SkippedEntry]
) -> Iterator[ArchiveEntry]:
    """Regular files in the order of the archive; raises DamagedArchiveError after the last whole one."""
    with PlainStream(path, limits) as stream:
        try:
            with _opened(stream) as archive:
                yield from _regular_files(path, archive, limits, skipped)
        except tarfile.TarError as error:
            raise DamagedArchiveError(f"tar: {error}") from error
        stream.drain()
        if stream.tail != END_MARK:
            raise DamagedArchiveError("tar: ends before its end marker")


def _opened(stream: PlainStream) -> tarfile.TarFile:
    return tarfile.open(
        fileobj=cast("BinaryIO", stream),
        mode="r|",
        tarinfo=CarefulHeader,
        encoding="utf-8",
        errors="surrogateescape",
    )


def _regular_files(
    path: Path, archive: tarfile.TarFile, limits: ArchiveLimits, skipped: list[SkippedEntry]
) -> Iterator[ArchiveEntry]:
    for count, header in enumerate(archive, start=1):
        check_entries(path, count, limits)
        archive.members.clear()  # type: ignore[attr-defined]  # the library keeps every header
        if header.isdir():
            continue
        name = tidy_name(header.name)
        fault = _kind_fault(header) or fault_of(name)
        if fault:
            skipped.append(SkippedEntry(printable(name), fault))
            continue
        check_bytes(path, header.size, path.stat().st_size, limits)
        yield ArchiveEntry(name, header.size, time_of(header.mtime), _stream(archive, header))


def _stream(archive: tarfile.TarFile, header: tarfile.TarInfo) -> BinaryIO:
    content = archive.extractfile(header)
    if content is None:
        raise DamagedArchiveError(f"tar: {printable(header.name)} has no content")
    return cast("BinaryIO", CountedStream(content.read, (tarfile.TarError, OSError)))


def _kind_fault(header: tarfile.TarInfo) -> str | None:
    if header.issparse():
        return "sparse"
    if header.isreg():
        return None
    return "link" if header.issym() or header.islnk() else "device"
