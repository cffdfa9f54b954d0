"""What is known about a release, as it is written beside its data in manifest.json.

Enters: a folder of a release. Leaves: a typed `Manifest`; readers need nothing else.
"""

import hashlib
import shlex
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from studium.errors import StudiumError

DATABASE_NAME = "studium.duckdb"
MANIFEST_NAME = "manifest.json"
_MAGIC = slice(8, 12), b"DUCK"  # behind the checksum of the first block
_WHOLE: dict[tuple[Path, int, int, int], bytes] = {}  # first bytes of files that were looked at


class Column(Struct, frozen=True):
    """A column of a table: its SQL type, what it means and, where it has one, its unit."""

    name: str
    type: str
    description: str = ""
    unit: str = ""


PARTS = "parts_of_totals"


class Groups(Struct, frozen=True, forbid_unknown_fields=True):
    """Counts of people in parts of a whole: which of them are hidden where they are small.

    Rows that agree in `within` are the parts of one whole; each of `counts` is hidden on its own, and all of
    `measures` with any of them. `*` among the measures: every column that is in neither list and not the course.
    What else would tell a hidden count hides with it: a column of `follows` where any of those that it names
    does; a column of `changes` where the count that it names, or that count before the change, does. Rows
    that agree in `series` count the same people again: they are one part, as large as its largest row, and a
    row hides too where a larger one is less than the limit above it. Of `latest`, a date, only the last
    in each course is shown at all: two days of a breakdown tell who came between them. `parts` are the columns
    that name a row in PARTS: a count hides where it would tell of few people beside other tables.
    """

    within: list[str]
    counts: list[str]
    measures: list[str] = []
    follows: dict[str, list[str]] = {}
    changes: dict[str, str] = {}
    series: list[str] = []
    latest: str = ""
    parts: list[str] | None = None

    def __post_init__(self) -> None:
        if self.parts is not None and not self.is_of_all_rows:
            raise ValueError("parts go without within, series and changes")
        if self.latest and self.latest not in self.within:
            raise ValueError("latest is one of within: days are wholes of their own")

    @property
    def is_of_all_rows(self) -> bool:
        """Whether all rows are one whole, each a part of its own."""
        return not (self.within or self.series or self.changes)


class Rights(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may see which rows and columns of a table, as its author classified it.

    `course` is the column by whose value rows belong to a course (its part before `course_until`, where set);
    `learner` are columns that name a person or a person's post; `personal` say more than analysis needs.
    """

    level: Literal["learner", "course", "institution", "operations"]
    course: str | None = None
    course_until: str = ""
    learner: list[str] = []
    personal: list[str] = []
    groups: Groups | None = None


class Table(Struct, frozen=True):
    """A table of a release; `checksum` does not depend on the order of rows.

    A table without `rights` is for administrators only. `window_days`: it tells of so many days
    before `as_of` alone, so that fewer rows are no surprise.
    """

    name: str
    rows: int
    checksum: str
    grain: str = ""
    columns: list[Column] = []
    tests: list[str] = []
    sql: str = ""
    depends_on: list[str] = []
    rights: Rights | None = None
    window_days: int | None = None


class InputFile(Struct, frozen=True):
    """A landed file that the release was made from, and what became of its lines.

    `sha256` is the ledger's name of the file. For a file of a data package `content` is the SHA-256 of its bytes, and
    `table`, `course_id` and `dump_date` say what it holds; its lines became `table_rows` instead of events.
    """

    name: str
    sha256: str
    lines: int
    events: int = 0
    duplicates: int = 0
    quarantined: int = 0
    skipped: int = 0
    table_rows: int = 0
    content: str = ""
    table: str | None = None
    course_id: str | None = None
    dump_date: str | None = None


class CheckOutcome(Struct, frozen=True):
    """A data test as it ended: `status` is 'pass', 'warn', 'fail' or 'error'."""

    name: str
    status: str
    failures: int = 0
    model: str = ""


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
