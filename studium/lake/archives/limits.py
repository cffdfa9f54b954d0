"""How much an archive may be, and what is said of one that is more.

Enters: sizes that an archive claims or turns out to have. Leaves: nothing, or the error that refuses it.
"""

from dataclasses import dataclass
from pathlib import Path

from studium.errors import StudiumError

GIB = 1024**3


class RefusedArchiveError(StudiumError):
    """The archive as a whole is refused; nothing that came out of it should be kept."""


@dataclass(frozen=True)
class ArchiveLimits:
    """Bounds of one archive: entries, plain bytes, and plain bytes per raw byte once they are `free_bytes`."""

    entries: int = 100_000
    total_bytes: int = 1024 * GIB
    ratio: int = 200
    free_bytes: int = 256 * 1024 * 1024


PACKAGE_LIMITS = ArchiveLimits()


def check_entries(path: Path, count: int, limits: ArchiveLimits) -> None:
    """Refuse an archive of too many entries."""
    if count > limits.entries:
        raise RefusedArchiveError(
            f"the archive has more than {limits.entries:,} entries",
            str(path),
            "Unpack it and land the folder, if it is one you trust.",
        )


def check_bytes(path: Path, plain: int, raw: int, limits: ArchiveLimits) -> None:
    """Refuse an archive that is, or claims to be, too large; `raw` is what was read of it for `plain` bytes."""
    if plain > limits.total_bytes:
        raise RefusedArchiveError(
            f"the archive holds more than {limits.total_bytes:,} bytes",
            str(path),
            "Unpack it and land the folder, if it is one you trust.",
        )
    if plain > limits.free_bytes and plain > limits.ratio * raw:
        raise RefusedArchiveError(
            f"the archive grows more than {limits.ratio} times when unpacked, as a bomb does",
            str(path),
            "Unpack it and land the folder, if it is one you trust.",
        )
