"""What is known about a release, as it is written beside its data in manifest.json.

Enters: a folder of a release. Leaves: a typed `Manifest`; readers need nothing else.
"""

import hashlib
import shlex
from datetime import date, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from studium.errors import StudiumError
from studium.vocabulary import CheckOutcome, InputFile, Table

DATABASE_NAME = "studium.duckdb"
MANIFEST_NAME = "manifest.json"
_MAGIC = slice(8, 12), b"DUCK"  # behind the checksum of the first block
_WHOLE: dict[tuple[Path, int, int, int], bytes] = {}  # first bytes of files that were looked at


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


class Manifest(Struct, frozen=True):
    """Everything but the rows. `content` is equal for releases that say the same.

    `event_files` is how many files `events/` has; 0: the release was published without its events.
    """

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
    format: int = 1
    archive: ArchiveCopy | None = None

    @property
    def events(self) -> int:
        """Events of all inputs, inside the interval or not."""
        return sum(file.events for file in self.inputs)


class Release(Struct, frozen=True):
    """A published, immutable folder."""

    path: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        """Sorts like the time of publishing, for example 20260301T101500Z-1f3a9c04."""
        return self.manifest.id

    @property
    def database(self) -> Path:
        """The real path, so that a reader keeps its snapshot when `current` moves."""
        return self.path / DATABASE_NAME


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


def read_release(folder: Path) -> Release:
    """The release in `folder`; raises DamagedReleaseError when a part of it is gone or broken.

    Of the database only its size and first bytes are looked at; `verify_database` reads it all.
    """
    name = MANIFEST_NAME
    try:
        manifest = msgspec.json.decode((folder / name).read_bytes(), type=Manifest)
        name = DATABASE_NAME
        head, size = _look_at(folder / name)
    except OSError as error:
        raise DamagedReleaseError(folder, f"{name}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise DamagedReleaseError(folder, f"{name} is no manifest: {error}") from None
    if manifest.id != folder.name:
        raise DamagedReleaseError(folder, f"its manifest is that of {manifest.id}")
    if size != manifest.database_bytes:
        found = f"{name} has {size:,} bytes; {manifest.database_bytes:,} were published"
        raise DamagedReleaseError(folder, found)
    if head[_MAGIC[0]] != _MAGIC[1]:
        raise DamagedReleaseError(folder, f"{name} is no database any more")
    return Release(path=folder, manifest=manifest)


def _look_at(database: Path) -> tuple[bytes, int]:
    """(first bytes, size) of a database; a process opens a file that did not change only once.

    Closing it drops the process's POSIX locks on it, and with them the one by which retention sees that it serves
    the release.
    """
    found = database.stat()
    key = (database, found.st_ino, found.st_size, found.st_mtime_ns)
    if key not in _WHOLE:
        with database.open("rb") as stream:
            _WHOLE[key] = stream.read(_MAGIC[0].stop)
    return _WHOLE[key], found.st_size


def verify_database(release: Release) -> None:
    """Read the database once; raises DamagedReleaseError when its bytes are not those published."""
    if hash_database(release.path) != release.manifest.database_sha256:
        raise DamagedReleaseError(release.path, f"{DATABASE_NAME} has changed since it was made")


def hash_database(folder: Path) -> str:
    """SHA-256 of the database in `folder`."""
    with (folder / DATABASE_NAME).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def encode_manifest(manifest: Manifest) -> bytes:
    """JSON with two spaces of indent and a last line break: people read it too."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
