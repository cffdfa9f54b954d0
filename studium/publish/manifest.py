"""What is known about a release, as it is written beside its data in manifest.json.

Enters: a folder of a release. Leaves: a typed `Manifest`; readers need nothing else.
"""

import hashlib
import re
import shlex
from datetime import date, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from studium.errors import StudiumError
from studium.vocabulary import CheckOutcome, InputFile, Scope, Table

FORMAT = 3
WITH_AREAS = 2  # the first of them that has areas
EVENTS = "events"  # the dataset of the lake that logs become
FIRST_DATABASE = "studium.duckdb"  # of a release from before there were areas
MANIFEST_NAME = "manifest.json"
_SEAL = re.compile(rb'("seal": ")([0-9a-f]*)("\n}\n)\Z')
_MAGIC = slice(8, 12), b"DUCK"  # behind the checksum of the first block


class BuildInfo(Struct, frozen=True):
    """How the warehouse was built: the interval [events_from, as_of), definitions, code."""

    events_from: date | None = None
    as_of: date | None = None
    compat: bool = False
    models_hash: str = ""


class ArchiveCopy(Struct, frozen=True):
    """A table as a file of its own beside the database, dated by the day of publishing."""

    name: str
    table: str
    rows: int
    sha256: str
    bytes: int


class Area(Struct, frozen=True):
    """What one subject area says in a release, and the file that holds its tables.

    `content` is equal where it says the same. `made_in` is the release that it was written for: a later one links it,
    because nothing changed, or because something newer was held back, for the reasons in `held_back`. `event_files`
    is how many files `events/` has of it; 0: it was published without its events. `events_seal` is the SHA-256 of the
    list of their checksums, empty in a release from before there was one.
    """

    name: str
    build: BuildInfo
    tables: list[Table]
    checks: list[CheckOutcome]
    inputs: list[InputFile]
    content: str
    database: str
    database_sha256: str
    database_bytes: int
    made_in: str = ""
    held_back: list[str] = []
    event_files: int = 0
    archive: ArchiveCopy | None = None
    events_seal: str = ""

    @property
    def as_of(self) -> date | None:
        """The day before which its events, or deliveries, count."""
        return self.build.as_of

    @property
    def events(self) -> int:
        """Events of its inputs, inside the interval or not."""
        return sum(file.events for file in self.inputs)


class Manifest(Struct, frozen=True):
    """Everything but the rows. `content` is equal for releases that say the same.

    `absent` are areas that were never published, each with the reasons. `seal` is the SHA-256 of the file without it.
    """

    id: str
    created_at: datetime
    content: str
    areas: list[Area]
    versions: dict[str, str]
    absent: dict[str, list[str]] = {}
    format: int = FORMAT
    seal: str = ""

    @property
    def tables(self) -> list[Table]:
        """Of all areas, by name."""
        return sorted((it for area in self.areas for it in area.tables), key=lambda it: it.name)

    @property
    def checks(self) -> list[CheckOutcome]:
        """Of all areas, by name."""
        return sorted((it for area in self.areas for it in area.checks), key=lambda it: it.name)

    @property
    def inputs(self) -> list[InputFile]:
        """Of all areas, each once, by path."""
        files = {it.sha256: it for area in self.areas for it in area.inputs}
        return sorted(files.values(), key=lambda it: (it.path, it.sha256))

    @property
    def build(self) -> BuildInfo:
        """How the area was built that reaches furthest; others may end earlier: `area_of` says which."""
        return max((area.build for area in self.areas), key=lambda it: it.as_of or date.max)

    @property
    def events(self) -> int:
        """Events of all inputs, inside the interval or not."""
        return sum(file.events for file in self.inputs)

    @property
    def event_files(self) -> int:
        """How many files `events/` has; 0: the release was published without its events."""
        return sum(area.event_files for area in self.areas)

    @property
    def database_bytes(self) -> int:
        """Of all databases."""
        return sum(area.database_bytes for area in self.areas)

    @property
    def held_back(self) -> dict[str, list[str]]:
        """Areas that keep their last, and those that are absent, with the reasons."""
        return {area.name: area.held_back for area in self.areas if area.held_back} | self.absent

    def area_of(self, table: str) -> Area:
        """The area that has a table; raises KeyError where none has."""
        for area in self.areas:
            if any(it.name == table for it in area.tables):
                return area
        raise KeyError(table)


class Release(Struct, frozen=True):
    """A published, immutable folder."""

    path: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        """Sorts like the time of publishing, for example 20260301T101500Z-1f3a9c04."""
        return self.manifest.id

    @property
    def databases(self) -> dict[str, Path]:
        """The database of each area, by real paths, so that a reader keeps its snapshot when `current` moves."""
        return {area.name: self.path / area.database for area in self.manifest.areas}

    @property
    def database(self) -> Path:
        """The one of a release with one area."""
        return next(iter(self.databases.values()))


class DamagedReleaseError(StudiumError):
    """A release that readers cannot use: `reason` says why, `path` is its folder."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"Release {path.name} is damaged: {reason}",
            str(path),
            "Go back to a sound one, studium rollback, or make a new one, studium publish; "
            f"be rid of this one: rm -r {shlex.quote(str(path))}",
        )
        self.path = path
        self.reason = reason


class NewerReleaseError(StudiumError):
    """A release that a newer Studium made."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Release {path.name} was made by a newer Studium",
            str(path),
            "Install that version or a later one; this release is whole, leave it where it is",
        )


class _AnyManifest(Struct):
    """What tells by which rules a manifest is read."""

    format: int = 1


class _FirstManifest(Struct):
    """As it was before there were areas: one database, and everything said once."""

    id: str
    created_at: datetime
    content: str
    build: BuildInfo
    tables: list[Table]
    checks: list[CheckOutcome]
    inputs: list[InputFile]
    versions: dict[str, str]
    database_sha256: str
    database_bytes: int
    event_files: int = 0
    archive: ArchiveCopy | None = None


def decode_manifest(content: bytes, folder: Path) -> Manifest:
    """The manifest of the release in `folder`; one of before there were areas has one, called like its database.

    Raises ValueError where it is none, NewerReleaseError where only a newer Studium reads it.
    """
    version = msgspec.json.decode(content, type=_AnyManifest).format
    if version > FORMAT:
        raise NewerReleaseError(folder)
    if version >= WITH_AREAS:
        manifest = msgspec.json.decode(content, type=Manifest)
        if (manifest.seal or version == FORMAT) and manifest.seal != _seal_of(content):
            raise ValueError("its bytes are not those that were written")
        return manifest
    first = msgspec.json.decode(content, type=_FirstManifest)
    area = Area(
        name=Path(FIRST_DATABASE).stem,
        build=first.build,
        tables=first.tables,
        checks=first.checks,
        inputs=_counted(first.inputs),
        content=first.content,
        database=FIRST_DATABASE,
        database_sha256=first.database_sha256,
        database_bytes=first.database_bytes,
        made_in=first.id,
        event_files=first.event_files,
        archive=first.archive,
    )
    return Manifest(
        id=first.id,
        created_at=first.created_at,
        content=first.content,
        areas=[area],
        versions=first.versions,
        format=version,
    )


def _counted(inputs: list[InputFile]) -> list[InputFile]:
    """The files with the rows that counted: all events, and of each table and scope the fullest of the newest day."""
    best: dict[tuple[str | None, Scope | None], InputFile] = {}
    for file in inputs:
        key = (file.dataset, file.holder)
        if file.dump_date and (key not in best or _rank(file) > _rank(best[key])):
            best[key] = file
    counted = {file.sha256 for file in best.values()}
    return [
        msgspec.structs.replace(file, reached={EVENTS: file.events})
        if not file.dump_date
        else msgspec.structs.replace(file, reached={file.dataset or "": file.table_rows})
        if file.sha256 in counted
        else file
        for file in inputs
    ]


def _rank(file: InputFile) -> tuple[str, int]:
    return file.dump_date or "", file.table_rows


def read_release(folder: Path) -> Release:
    """The release in `folder`; raises DamagedReleaseError when a part of it is gone or broken.

    Of each database only its size and first bytes are looked at; `verify_release` reads it all.
    """
    name = MANIFEST_NAME
    try:
        manifest = decode_manifest((folder / name).read_bytes(), folder)
        for area in manifest.areas:
            name = area.database
            _look_at(folder, area)
    except OSError as error:
        raise DamagedReleaseError(folder, f"{name}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise DamagedReleaseError(folder, f"{name} is no manifest: {error}") from None
    if manifest.id != folder.name:
        raise DamagedReleaseError(folder, f"its manifest is that of {manifest.id}")
    return Release(path=folder, manifest=manifest)


def _look_at(folder: Path, area: Area) -> None:
    """Raise DamagedReleaseError where a database has another size, or is none."""
    database = folder / area.database
    size = database.stat().st_size
    if size != area.database_bytes:
        found = f"{area.database} has {size:,} bytes; {area.database_bytes:,} were published"
        raise DamagedReleaseError(folder, found)
    with database.open("rb") as stream:
        if stream.read(_MAGIC[0].stop)[_MAGIC[0]] != _MAGIC[1]:
            raise DamagedReleaseError(folder, f"{area.database} is no database any more")


def hash_file(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def encode_manifest(manifest: Manifest) -> bytes:
    """JSON with two spaces of indent and a last line break, sealed: people read it too."""
    unsealed = msgspec.json.encode(msgspec.structs.replace(manifest, seal=""))
    content = msgspec.json.format(unsealed, indent=2) + b"\n"
    return _SEAL.sub(b"\\g<1>" + _seal_of(content).encode() + b"\\g<3>", content)


def _seal_of(content: bytes) -> str:
    """The SHA-256 of a manifest as it is without its seal, which stands at its end."""
    return hashlib.sha256(_SEAL.sub(b"\\g<1>\\g<3>", content)).hexdigest()
