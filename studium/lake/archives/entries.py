"""One entry of an archive, and which names are none to take.

Enters: names as the archive spells them. Leaves: relative names with `/`, or the reason why an entry is passed over.
"""

import re
from datetime import UTC, datetime
from typing import BinaryIO, NamedTuple

DRIVE = re.compile(r"^[A-Za-z]:")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class ArchiveEntry(NamedTuple):
    """A regular file of an archive; `stream` can be read until the next entry is asked for.

    `modified` is UTC, None where the archive has none. Reading raises DamagedArchiveError where the archive is
    torn: what was read of that entry is then not whole.
    """

    name: str
    size: int
    modified: datetime | None
    stream: BinaryIO


class SkippedEntry(NamedTuple):
    """An entry passed over: 'absolute_path', 'traversal', 'link', 'device', 'sparse', 'name_not_utf8', …"""

    name: str
    reason: str


def tidy_name(name: str) -> str:
    """Relative spelling with `/`, without `./`; what is unsafe stays to be seen by `fault_of`."""
    parts = name.replace("\\", "/").split("/")
    tidy = "/".join(part for part in parts if part not in ("", "."))
    return f"/{tidy}" if parts[0] == "" and len(parts) > 1 else tidy


def fault_of(name: str) -> str | None:
    """Why a file of this tidy name is not taken, else None."""
    if not name or CONTROL.search(name):
        return "odd_name"
    if not is_unicode(name):
        return "name_not_utf8"
    if name.startswith("/") or DRIVE.match(name):
        return "absolute_path"
    parts = name.split("/")
    if ".." in parts:
        return "traversal"
    if parts[0] == "__MACOSX" or parts[-1].startswith("._"):
        return "macos_metadata"
    return None


def is_unicode(name: str) -> bool:
    """False where bytes that are no UTF-8 were smuggled into the text as surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def printable(name: str) -> str:
    """A name for reports: bytes that are no UTF-8 and control characters are shown as escapes."""
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", shown)


def time_of(seconds: float) -> datetime | None:
    """Seconds since 1970 as UTC; None for times that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
