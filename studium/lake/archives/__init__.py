"""Tar and zip, opened as foreign bytes deserve: nothing is written, nothing outside is named, no bomb goes off.

Enters: the path of an archive. Leaves: its regular files as streams, what was passed over, and whether it was torn.
"""

from collections.abc import Iterator
from pathlib import Path

from studium.lake.archives.decompression import DamagedArchiveError
from studium.lake.archives.entries import ArchiveEntry, SkippedEntry
from studium.lake.archives.limits import PACKAGE_LIMITS, ArchiveLimits, RefusedArchiveError
from studium.lake.archives.tars import is_tar, tar_entries
from studium.lake.archives.zips import is_zip, zip_entries

__all__ = [
    "Archive",
    "ArchiveEntry",
    "ArchiveLimits",
    "DamagedArchiveError",
    "RefusedArchiveError",
    "SkippedEntry",
    "archive_kind",
]


class Archive:
    """An archive to go through once: `for entry in Archive(path)`.

    Afterwards `skipped` lists what was passed over, and `damage` says why the archive could not be read to its end.
    A caller that meets DamagedArchiveError while reading an entry drops that entry and goes on; the next step ends
    the loop. RefusedArchiveError refuses the whole: the caller keeps nothing of it.
    """

    def __init__(self, path: Path, limits: ArchiveLimits = PACKAGE_LIMITS) -> None:
        self.path = path
        self.limits = limits
        self.skipped: list[SkippedEntry] = []
        self.damage: str | None = None

    def __iter__(self) -> Iterator[ArchiveEntry]:
        kind = archive_kind(self.path)
        if kind is None:
            raise RefusedArchiveError(
                "the file is neither a tar nor a zip", str(self.path), "Fetch it again."
            )
        entries = zip_entries if kind == "zip" else tar_entries
        try:
            yield from entries(self.path, self.limits, self.skipped)
        except DamagedArchiveError as error:
            self.damage = str(error)


def archive_kind(path: Path) -> str | None:
    """'tar' (also compressed with gzip, bzip2, xz or zstd) or 'zip' by content, else None."""
    if is_zip(path):
        return "zip"
    return "tar" if is_tar(path) else None
