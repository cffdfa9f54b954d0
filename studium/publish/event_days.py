"""Which files of the lake belong to a release, and how they get there: by hard links, without copying.

Enters: event days with their Parquet files. Leaves: `events/<date>_<name>` and, for the lines that do not
count, `events/duplicates/<date>_<name>`; for each area `events/<area>.xxh3` with the checksums of its files. What the
lake later takes back or parses again stays here as it was.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from studium.config import Workspace
from studium.publish.disk import flush_folder, link_file, write_flushed
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


class Linked(NamedTuple):
    """How many files an area has, and the SHA-256 of the list of their checksums."""

    files: int = 0
    seal: str = ""


def link_days(workspace: Workspace, release: Path, area: str, days: Sequence[EventDay]) -> Linked:
    """Link the files of `days` into the unfinished folder of a release, as they were written.

    Raises DamagedLakeError when one is missing in the lake or has changed.
    """
    from studium.lake import checksums

    if not days:
        return Linked()
    folder = release / FOLDER
    (folder / DUPLICATES).mkdir(parents=True, exist_ok=True)
    places = {path: f"{day.day}_{path.name}" for day in days for path in day.paths}
    places |= {
        day.duplicates: f"{DUPLICATES}/{day.day}_{day.duplicates.name}"
        for day in days
        if day.duplicates
    }
    found = checksums(workspace, places)
    for path, place in places.items():
        link_file(path, folder / place)
    listed = "".join(f"{found[path]} {place}\n" for path, place in places.items()).encode()
    write_flushed(_list_of(release, area), listed)
    flush_folder(folder / DUPLICATES)
    flush_folder(folder)
    return Linked(len(places), hashlib.sha256(listed).hexdigest())


def noted_checksums(release: Path, area: str, seal: str) -> dict[Path, str]:
    """The checksums of an area's files; raises ValueError where the list is not the one that was written."""
    listed = _list_of(release, area).read_bytes()
    if hashlib.sha256(listed).hexdigest() != seal:
        raise ValueError("the list has changed since it was made")
    lines = (line.split(" ", 1) for line in listed.decode().splitlines())
    return {release / FOLDER / place: checksum for checksum, place in lines}


def _list_of(release: Path, area: str) -> Path:
    return release / FOLDER / f"{area}.xxh3"


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


def link_published(source: Path, target: Path, area: str, seal: str) -> None:
    """Link the events of an area of a release into the unfinished folder of another."""
    (target / FOLDER / DUPLICATES).mkdir(parents=True, exist_ok=True)
    if seal:
        parts = [*noted_checksums(source, area, seal), _list_of(source, area)]
    else:  # of a release from before there were lists
        parts = [path for files in list_parts(source) for path in files]
    for path in parts:
        link_file(path, target / path.relative_to(source))
    flush_folder(target / FOLDER / DUPLICATES)
    flush_folder(target / FOLDER)
