"""What cannot be made again is copied out of a workspace, and put back: ledger, accounts, keys, settings, raw bytes.

Enters: a workspace, at work or not; later a folder of a backup. Leaves: a folder that is there whole or not at all;
a workspace whose lake is made again from its raw bytes: studium doctor --repair.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from studium import __version__
from studium.config import SETTINGS_FILE, Workspace
from studium.errors import MisuseError, StudiumError

MANIFEST = "backup.json"
_CHUNK = 1 << 20
_COPY, KEYS = "data", "keys"


class Kept(Struct, frozen=True):
    """A file of the workspace, by its place there; `sha256` of one that is only named is empty."""

    path: str
    bytes: int
    sha256: str


class Backup(Struct, frozen=True):
    """What a backup holds, and which raw bytes it only names: they are in `landing`, or a copy of it."""

    created_at: str
    studium: str
    files: list[Kept]
    named: list[Kept]
    landing: str
    accounts_elsewhere: bool


@contextmanager
def _closed() -> Iterator[None]:
    """Whatever the umask, all that is made inside is for the user alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@_closed()
def back_up(workspace: Workspace, target: Path, with_raw: bool) -> Backup:
    """Copy into `target`, a folder that is not there yet; begun and killed, the next one with it goes on.

    Databases are copied as they stand between two transactions, whoever writes. Raw bytes come last: each is in
    the landing before the ledger names it, and never changes.
    """
    if target.exists():
        raise MisuseError(
            "There is something already", str(target), "Name a folder that is not there yet"
        )
    half = target.with_name(f".{target.name}.unfinished")
    half.mkdir(mode=0o700, parents=True, exist_ok=True)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    # Keys first, and with them the head of the audit log: it is never newer than the log that is copied after it.
    plain = [workspace.root / SETTINGS_FILE, *sorted(_below(workspace.keys)), workspace.arrivals]
    small = [path for path in plain if path.is_file()]
    for path in small:
        _copy(path, half / _COPY / path.relative_to(workspace.root))
    databases = [path for path in (workspace.accounts, workspace.ledger) if path.is_file()]
    for path in databases:
        _copy_database(path, half / _COPY / path.relative_to(workspace.root))
    raw = sorted(_below(workspace.landing))
    if with_raw:
        for path in raw:
            _copy_once(path, half / _COPY / path.relative_to(workspace.root))
    copied = [*small, *databases, *(raw if with_raw else [])]
    backup = Backup(
        created_at=created,
        studium=__version__,
        files=[_kept(half / _COPY, path.relative_to(workspace.root)) for path in copied],
        named=[
            Kept(str(path.relative_to(workspace.root)), path.stat().st_size, "")
            for path in ([] if with_raw else raw)
        ],
        landing=str(workspace.landing),
        accounts_elsewhere=bool(workspace.settings.serve.accounts_url),
    )
    _write(half / MANIFEST, msgspec.json.format(msgspec.json.encode(backup)))
    _flush(half)
    half.rename(target)
    _flush(target.parent)
    return backup


def read_backup(folder: Path) -> Backup:
    """What a backup says of itself; raises StudiumError for a folder that is none, or not whole."""
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Backup)
    except (OSError, msgspec.DecodeError) as error:
        raise StudiumError(
            f"This is no backup: {error}", str(folder), "Name a folder that studium backup made"
        ) from None


def check_backup(folder: Path) -> Backup:
    """Read every byte; raises StudiumError at the first file that is not as it was written."""
    backup = read_backup(folder)
    for kept in backup.files:
        path = folder / _COPY / _safe(kept.path)
        if not path.is_file() or (path.stat().st_size, _sum(path)) != (kept.bytes, kept.sha256):
            raise StudiumError(
                f"The backup is damaged: {kept.path} is not as it was written",
                str(folder),
                "Restore another one",
            )
    return backup


@_closed()
def put_back(folder: Path, root: Path, landing: Path | None = None) -> list[str]:
    """Lay a backup out as the workspace `root`; gives the raw files that are nowhere to be found.

    What is replaced goes to before_restore there; `landing` is where raw bytes are that the backup only names. All is
    checked and lies on the disk before the first file is replaced, and the settings come last, so that a folder
    becomes a workspace when it is whole. Killed anywhere, the same call again ends it.
    """
    backup = check_backup(folder)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    waiting, missing = root / "restoring", list[str]()
    for kept in backup.files:
        # The head of a log that went on stays: by it the log says what the restore has cut.
        if not (kept.path == f"{KEYS}/audit_head" and (root / kept.path).exists()):
            _copy(folder / _COPY / _safe(kept.path), waiting / kept.path)
    for kept in backup.named:
        found = _find(kept, root, landing or Path(backup.landing))
        if found is None:
            missing.append(kept.path)
        elif found != root / kept.path:
            _copy_once(found, waiting / kept.path)
    last = sorted(_below(waiting), key=lambda path: path.name == SETTINGS_FILE)
    for path in last:
        _replace(path, root, path.relative_to(waiting))
    shutil.rmtree(waiting, ignore_errors=True)
    return missing


def _replace(path: Path, root: Path, name: Path) -> None:
    target, former = root / name, root / "before_restore" / name
    for suffix in (
        "",
        "-wal",
        "-shm",
    ):  # what SQLite keeps beside a database is of the one that goes
        old = target.with_name(target.name + suffix)
        if old.exists() and _is_other(old, path):
            former.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            old.replace(former.with_name(former.name + suffix))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.replace(target)
    _flush(target.parent)


def _is_other(old: Path, new: Path) -> bool:
    return old.stat().st_size != new.stat().st_size or _sum(old) != _sum(new)


def _find(kept: Kept, root: Path, landing: Path) -> Path | None:
    """A raw file by its name, which is its checksum, and its size."""
    inside = Path(*_safe(kept.path).parts[1:])
    for path in (root / kept.path, landing / inside):
        if path.is_file() and path.stat().st_size == kept.bytes:
            return path
    return None


def _safe(path: str) -> Path:
    found = Path(path)
    if found.is_absolute() or ".." in found.parts:
        raise StudiumError("The backup names a file outside of it", path, "Restore another one")
    return found


def _below(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _copy_database(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600))
    address = f"{source.as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=60)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing)
        writing.execute("pragma journal_mode = delete")
    _flush(target)


def _copy_once(source: Path, target: Path) -> None:
    """Copy a file that never changes, unless a call before this one has."""
    if not target.is_file() or target.stat().st_size != source.stat().st_size:
        _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    """Whole under its name or not there, for the user alone."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = target.with_name(f"{target.name}.half")
    with source.open("rb") as reading, half.open("wb") as writing:
        os.fchmod(writing.fileno(), 0o600)
        shutil.copyfileobj(reading, writing, _CHUNK)
        writing.flush()
        os.fsync(writing.fileno())
    half.replace(target)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _kept(copies: Path, name: Path) -> Kept:
    path = copies / name
    return Kept(str(name), path.stat().st_size, _sum(path))


def _sum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
