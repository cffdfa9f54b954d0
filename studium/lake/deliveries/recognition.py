"""What a landed file delivers: its table, whose rows it holds, of which day. Told by header and content before names.

Enters: names and first bytes of files, the declarations of datasets, the recognisers of areas. Leaves: `Delivery`s. The
same bytes may be delivered for two scopes or in two weeks, so a delivery's name in the ledger is a hash of its bytes
and of what they are.
"""

import csv
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from studium.errors import StudiumError
from studium.lake.formats.face import FoundFile, Known, Told
from studium.lake.reading.heads import head_of
from studium.lake.reading.naming import ARCHIVE, COMPRESSED, dump_date_of
from studium.lake.registry import AREAS
from studium.vocabulary import Dataset, Recognition, Scope

FROM_NAME, FROM_TIME = "name", "modified"
DELIMITED = re.compile(r"\.(csv|tsv|txt)$", re.IGNORECASE)
# Kinds that the ledger named by their ids alone before it knew scopes: their files keep their names.
NAMED_BY_ID = {"site", "course"}
WHEN = "nothing says of which day it is: land it in a folder or an archive with its day in the name, as 2026-09-01"
WHOSE = "nobody says whose rows it holds: name its folder in landing.scopes, or declare how its path says so"


@dataclass(frozen=True)
class Delivery:
    """What a landed file is: `dataset` None where it holds several.

    `dated_by` says whether the day comes from a name or from the time of the file's last change.
    """

    format: str
    dataset: str | None
    scope: Scope
    dump_date: date
    dated_by: str = FROM_NAME

    def file_id(self, content: str) -> str:
        """The ledger's name of bytes with this SHA-256, delivered as this."""
        holder = self.scope.id if self.scope.kind in NAMED_BY_ID else str(self.scope)
        parts = (content, self.format, self.dataset, holder, self.dump_date.isoformat())
        return sha256("\n".join(part or "" for part in parts).encode()).hexdigest()


def candidate_of(path: str, bytes_at: Path, modified_ns: int, known: Known) -> FoundFile | None:
    """A file that a declaration recognises, else one that an area does, else None."""
    modified = datetime.fromtimestamp(modified_ns / 1e9, UTC).date()
    for name, declared in _declared(path, bytes_at, known):
        return FoundFile(path, bytes_at, modified, name, declared)
    for area in AREAS.values():
        told = area.recogniser.tell(path, bytes_at, known) if area.recogniser else None
        if told is not None:
            return FoundFile(path, bytes_at, modified, area.name, told)
    return None


def deliveries_of(candidates: Sequence[FoundFile], known: Known) -> dict[str, Delivery | str]:
    """What each file delivers, by its path, or why it is refused."""
    settled: dict[str, Told | str] = {
        one.path: one.told for one in candidates if isinstance(one.told, Told | str)
    }
    for area in AREAS.values():
        mine = [one for one in candidates if one.area == area.name and one.path not in settled]
        if mine and area.recogniser:
            settled |= area.recogniser.settle(mine, known)
    return {one.path: _delivery(settled[one.path], one.modified) for one in candidates}


def _delivery(told: Told | str, modified: date) -> Delivery | str:
    if isinstance(told, str):
        return told
    dated_by = FROM_NAME if told.day else FROM_TIME
    return Delivery(told.format, told.dataset, told.scope, told.day or modified, dated_by)


def is_named_delivery(path: str, known: Known) -> bool:
    """Whether a name alone says that the file may be a delivery."""
    if any(_path_matches(seen, path) for *_, seen in _recognitions()):
        return True
    return any(
        area.recogniser is not None and area.recogniser.tell(path, None, known) is not None
        for area in AREAS.values()
    )


def may_be_archive(path: str) -> bool:
    """Whether the name is that of a tar or zip which is no delivery in itself."""
    return ARCHIVE.search(path) is not None and not is_named_delivery(path, Known())


def is_table(path: Path) -> bool:
    """Whether the content of a file looks like a table that only its name could tell."""
    return any(area.recogniser and area.recogniser.is_table(path) for area in AREAS.values())


def known_scopes(ledger: sqlite3.Connection, ids: Sequence[str], scopes: Sequence[str]) -> Known:
    """What settings and landed deliveries know of scopes."""
    rows = ledger.execute("select distinct scope_id from deliveries where scope_id is not null")
    landed = {row[0] for row in rows} - set(ids)
    return Known(tuple(ids), tuple(sorted(landed)), tuple(map(_read_scope, scopes)))


def _read_scope(text: str) -> tuple[str, Scope]:
    """A line of landing.scopes: `salem-* = district salem`."""
    pattern, _, named = text.partition("=")
    kind, _, name = named.strip().partition(" ")
    try:
        return pattern.strip(), Scope(kind, name.strip())
    except ValueError as error:
        raise StudiumError(
            f"no scope: {error}", f"landing.scopes: {text}", "Write `PATTERN = KIND ID`."
        ) from None


@cache
def _recognitions() -> tuple[tuple[str, str, Dataset, Recognition], ...]:
    """(area, format, dataset, how a file of it is told) of everything that is declared."""
    return tuple(
        (area.name, one.name, dataset, seen)
        for area in AREAS.values()
        for one in area.formats.values()
        for dataset in one.datasets
        for seen in dataset.recognised_as
    )


def _declared(path: str, bytes_at: Path, known: Known) -> Iterator[tuple[str, Told | str]]:
    """(area, what a file is) of each declaration that fits; the header is read once."""
    names: list[str] | None = None
    for area, format_, dataset, seen in _recognitions():
        if not _path_matches(seen, path):
            continue
        if seen.header and names is None:
            names = _header_of(bytes_at)
        if _has_columns(names or [], dataset, seen):
            yield area, _told(format_, dataset, seen, (path, known))


def _path_matches(seen: Recognition, path: str) -> bool:
    """Without a pattern, every delimited text may be the one: its header tells."""
    if seen.path:
        return re.search(seen.path, path) is not None
    return DELIMITED.search(COMPRESSED.sub("", path)) is not None


def _has_columns(names: list[str], dataset: Dataset, seen: Recognition) -> bool:
    if dataset.ignores_case:
        return {name.casefold() for name in seen.header} <= {name.casefold() for name in names}
    return set(seen.header) <= set(names)


def secrets_of(path: str, first_line: Callable[[], bytes]) -> str:
    """The pattern of columns that are secret in a file of this path and plain first line, which is asked for late."""
    for *_, dataset, seen in _recognitions():
        may_be = bool(dataset.secret) and _path_matches(seen, path)
        if may_be and _has_columns(_names_in(first_line()), dataset, seen):
            return dataset.secret
    return ""


def _told(
    format_: str, dataset: Dataset, seen: Recognition, where: tuple[str, Known]
) -> Told | str:
    path, known = where
    match = re.search(seen.path, path)
    groups = match.groupdict() if match else {}
    scope = known.scope_of(path)
    if scope is None and groups.get("scope_id"):
        scope = Scope(dataset.scope, groups["scope_id"])
    if scope is None and dataset.scope == "site":
        scope = Scope("site")
    if scope is None:
        return WHOSE
    day = dump_date_of(groups["day"]) if groups.get("day") else dump_date_of(path)
    if day is None and dataset.needs_day:
        return WHEN
    return Told(format_, dataset.name, scope, day)


def _header_of(path: Path) -> list[str]:
    """The names in the first line of a delimited text."""
    return _names_in(head_of(path))


def _names_in(head: bytes) -> list[str]:
    first = head.decode("utf-8-sig", errors="replace").split("\n", 1)[0].rstrip("\r")
    if "\t" in first:
        return [name.strip() for name in first.split("\t")]
    try:
        return [name.strip() for name in next(csv.reader([first]), [])]
    except csv.Error:  # no text
        return []


def record_delivery(
    ledger: sqlite3.Connection, file_id: str, content: str, delivery: Delivery, package: str
) -> None:
    """Note what a landed file is; `package` is the archive or folder that it came in."""
    ledger.execute(
        "insert or ignore into deliveries values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            file_id,
            content,
            delivery.format,
            delivery.dataset,
            delivery.scope.kind,
            delivery.scope.id or None,
            delivery.dump_date.isoformat(),
            delivery.dated_by,
            package,
        ),
    )
