"""Which files of the lake belong to a release, and how they get there: by hard links, without copying.

Enters: event days with their Parquet files. Leaves: `events/<date>_<name>` and, for the lines that do not
count, `events/duplicates/<date>_<name>`. What the lake later takes back or parses again stays here as it was.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from studium.errors import StudiumError
from studium.publish.disk import flush_file, flush_folder
from studium.vocabulary import EventDay

FOLDER = "events"
DUPLICATES = "duplicates"
# File systems without hard links, links to another disk, too many links to one file.
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


class Parts(NamedTuple):
    """Files of a release's events: those with events, and those that list duplicates."""

    events: list[Path]
    duplicates: list[Path]


def digest_days(days: Sequence[EventDay]) -> str:
    """Equal for the same files of the same dates; empty without any."""
    if not days:
        return ""
    text = "\n".join(f"{day.day} {day.fingerprint}" for day in days)
    return hashlib.sha256(text.encode()).hexdigest()


def link_days(release: Path, days: Sequence[EventDay]) -> int:
    """Link the files of `days` into the unfinished folder of a release; return how many there are.

    Raises StudiumError when one is missing in the lake.
    """
    if not days:
        return 0
    folder = release / FOLDER
    (folder / DUPLICATES).mkdir(parents=True)
    count = 0
    for day in days:
        for path in day.paths:
            _link(path, folder / f"{day.day}_{path.name}")
        if day.duplicates:
            _link(day.duplicates, folder / DUPLICATES / f"{day.day}_{day.duplicates.name}")
        count += len(day.paths) + (day.duplicates is not None)
    flush_folder(folder / DUPLICATES)
    flush_folder(folder)
    return count


def list_parts(release: Path, first: date | None = None, end: date | None = None) -> Parts:
    """Files of the dates in [first, end), by name; the folder of a release that has none is empty."""
    folder = release / FOLDER
    since, until = (first or date.min).isoformat(), (end or date.max).isoformat()
    found = [
        sorted(path for path in place.glob("*.parquet") if since <= path.name[:10] < until)
        for place in (folder, folder / DUPLICATES)
    ]
    return Parts(*found)


def count_parts(release: Path) -> int:
    """How many files there are, to be compared with the manifest's number."""
    return sum(len(files) for files in list_parts(release))


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise StudiumError(
            "A file of the lake is missing, so that its events cannot be published",
            str(source),
            "Make it again from the landing, then publish: studium doctor --repair",
        ) from None
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        shutil.copyfile(source, target)
        flush_file(target)
