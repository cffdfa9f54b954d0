"""Which files of the lake belong to a release, and how they get there: by hard links, without copying.

Enters: event days with their Parquet files. Leaves: `events/<date>_<name>` and, for the lines that do not
count, `events/duplicates/<date>_<name>`. What the lake later takes back or parses again stays here as it was.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from studium.errors import StudiumError
from studium.publish.disk import flush_folder, link_file
from studium.vocabulary import EventDay

FOLDER = "events"
DUPLICATES = "duplicates"


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
    (folder / DUPLICATES).mkdir(parents=True, exist_ok=True)
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


def link_published(source: Path, target: Path) -> None:
    """Link the events of a release into the unfinished folder of another."""
    (target / FOLDER / DUPLICATES).mkdir(parents=True, exist_ok=True)
    for path in (path for files in list_parts(source) for path in files):
        link_file(path, target / path.relative_to(source))
    flush_folder(target / FOLDER / DUPLICATES)
    flush_folder(target / FOLDER)


def _link(source: Path, target: Path) -> None:
    try:
        link_file(source, target)
    except FileNotFoundError:
        raise StudiumError(
            "A file of the lake is missing, so that its events cannot be published",
            str(source),
            "Make it again from the landing, then publish: studium doctor --repair",
        ) from None
