"""Releases: made in a hidden folder, renamed into place, then `current` moves by one rename.

Enters: open marts and what is known about them. Leaves: releases/<id>/ and the link `current`.
"""

import hashlib
import os
import shutil
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

import msgspec
from msgspec import Struct

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.publish.database import Marts
from studium.publish.disk import flush_file, flush_folder, move_link, write_flushed
from studium.publish.events import digest_days, link_days
from studium.publish.holding import hold, let_go
from studium.publish.manifest import (
    DATABASE_NAME,
    MANIFEST_NAME,
    ArchiveCopy,
    BuildInfo,
    DamagedReleaseError,
    Manifest,
    Release,
    encode_manifest,
    hash_database,
    read_release,
    verify_database,
)
from studium.publish.retention import UNFINISHED, release_folders, sort_releases
from studium.vocabulary import CheckOutcome, EventDay, InputFile, Table

ARCHIVED = "person_course"


class Contents(Struct, frozen=True):
    """All that a release will say, before it has an id."""

    build: BuildInfo
    tables: list[Table]
    inputs: list[InputFile]
    checks: list[CheckOutcome]
    versions: dict[str, str]
    event_days: list[EventDay] = []

    @property
    def digest(self) -> str:
        """Equal for the same tables, descriptions, interval, events and bytes of inputs.

        Names of files and versions of packages do not count: they change nothing that is said.
        """
        inputs = sorted((file.sha256, file.lines, file.events) for file in self.inputs)
        parts = [self.build, self.tables, inputs, *filter(None, [digest_days(self.event_days)])]
        said = msgspec.json.encode(parts, order="deterministic")
        return hashlib.sha256(said).hexdigest()


class Rollback(Struct, frozen=True):
    """Where `current` points now, and the damaged releases that were passed over on the way."""

    release: Release
    passed_over: list[DamagedReleaseError]


def releases(workspace: Workspace) -> list[Release]:
    """All sound releases, newest first."""
    return sort_releases(workspace)[0]


def damaged_releases(workspace: Workspace) -> list[DamagedReleaseError]:
    """Releases that cannot be used, newest first, each with its reason and how to be rid of it."""
    return sort_releases(workspace)[1]


def current_release(workspace: Workspace) -> Release | None:
    """The release that readers get; None when nothing was published.

    Raises StudiumError when `current` points at a release that was removed by hand.
    """
    try:
        target = workspace.root / os.readlink(workspace.current)
    except FileNotFoundError:
        return None
    except OSError:
        raise StudiumError(
            "`current` is no link to a release",
            str(workspace.current),
            "Move it away, then: studium rollback",
        ) from None
    if not target.is_dir():
        raise StudiumError(
            f"The current release {target.name} was removed",
            str(target),
            "Go back to the one before, studium rollback, or make a new one: studium publish",
        )
    return read_release(target)


def find_release(workspace: Workspace, release_id: str | None) -> Release:
    """The named release, else the current one; raises StudiumError when there is none."""
    if release_id is not None:
        return read_release(_folder(workspace, release_id))
    release = current_release(workspace)
    if release is None:
        raise StudiumError(
            "Nothing was published yet", str(workspace.current), "Publish first: studium run"
        )
    return release


def find_table(release: Release, name: str) -> Table:
    """A table of a release; raises MisuseError with the nearest name when there is none."""
    tables = {table.name: table for table in release.manifest.tables}
    if name in tables:
        return tables[name]
    nearest = get_close_matches(name, tables, n=1, cutoff=0.4)
    hint = f"Did you mean {nearest[0]}? " if nearest else ""
    raise MisuseError(
        f"There is no table {name}", f"release {release.id}", f"{hint}List all: studium describe"
    )


def rollback(workspace: Workspace, release_id: str | None = None) -> Rollback:
    """Point `current` at the named release, else at the newest sound one before it.

    The bytes of its database are read again first. There it stays until something new is
    published, or somebody goes to the newest release. Raises DamagedReleaseError for a named one
    that is damaged, MisuseError for one that is none.
    """
    passed_over: list[DamagedReleaseError] = []
    for folder in [_folder(workspace, release_id)] if release_id else _earlier(workspace):
        try:
            release = read_release(folder)
            verify_database(release)
        except DamagedReleaseError as damage:
            if release_id:
                raise
            passed_over.append(damage)
            continue
        if any(newer.id > release.id for newer in releases(workspace)):
            hold(workspace, release.id)
        else:
            let_go(workspace)
        move_link(workspace.current, f"{workspace.releases.name}/{release.id}")
        return Rollback(release, passed_over)
    sound = "sound " if passed_over else ""
    raise StudiumError(
        f"There is no {sound}release before the current one",
        str(workspace.releases),
        "List what there is, studium releases, or make a new one: studium publish",
    )


def find_same(workspace: Workspace, contents: Contents) -> Release | None:
    """The newest release that says the same already, and whose bytes are as they were published."""
    digest = contents.digest
    for release in releases(workspace):
        manifest = release.manifest
        if manifest.content == digest and hash_database(release.path) == manifest.database_sha256:
            return release
    return None


def create_release(
    workspace: Workspace, marts: Marts, contents: Contents, now: datetime
) -> Release:
    """Copy the marts into a new release; `current` is not moved yet."""
    unfinished = workspace.releases / f"{UNFINISHED}{os.getpid()}"
    unfinished.mkdir(parents=True)
    try:
        database = unfinished / DATABASE_NAME
        marts.copy_to(database, contents.tables)
        event_files = link_days(unfinished, contents.event_days)
        release_id, created_at = _choose_id(workspace, contents, now)
        manifest = Manifest(
            id=release_id,
            created_at=created_at,
            content=contents.digest,
            build=contents.build,
            tables=contents.tables,
            checks=contents.checks,
            inputs=contents.inputs,
            versions=contents.versions,
            database_sha256=hash_database(unfinished),
            database_bytes=database.stat().st_size,
            archive=_archive(marts, unfinished, created_at),
            event_files=event_files,
        )
        write_flushed(unfinished / MANIFEST_NAME, encode_manifest(manifest))
        for file in filter(Path.is_file, unfinished.iterdir()):
            flush_file(file)
            file.chmod(0o400)
        flush_folder(unfinished)
        unfinished.rename(workspace.releases / release_id)
        flush_folder(workspace.releases)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return read_release(workspace.releases / release_id)


def _archive(marts: Marts, folder: Path, created_at: datetime) -> ArchiveCopy | None:
    """The combined person-course as a dated file, so that it can be kept longer than its release."""
    if ARCHIVED not in marts.names:
        return None
    name = f"{ARCHIVED}-{created_at:%Y-%m-%d}.parquet"
    rows = marts.archive(ARCHIVED, folder / name)
    with (folder / name).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return ArchiveCopy(name, ARCHIVED, rows, digest, (folder / name).stat().st_size)


def _choose_id(workspace: Workspace, contents: Contents, now: datetime) -> tuple[str, datetime]:
    """A name after the newest release's, also when the clock went back or a second has two."""
    created_at = now.astimezone(UTC).replace(microsecond=0)
    folders = release_folders(workspace)
    if folders:
        newest = datetime.strptime(folders[0].name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        created_at = max(created_at, newest + timedelta(seconds=1))
    return f"{created_at:%Y%m%dT%H%M%SZ}-{contents.digest[:8]}", created_at


def _earlier(workspace: Workspace) -> list[Path]:
    """Releases before the current one, newest first; all of them when there is no current one."""
    current = Path(os.readlink(workspace.current)).name if workspace.current.is_symlink() else "~"
    return [folder for folder in release_folders(workspace) if folder.name < current]


def _folder(workspace: Workspace, release_id: str) -> Path:
    names = [folder.name for folder in release_folders(workspace)]
    if release_id in names:
        return workspace.releases / release_id
    nearest = get_close_matches(release_id, names, n=1)
    hint = f"Did you mean {nearest[0]}? " if nearest else ""
    raise MisuseError(
        f"There is no release {release_id}",
        str(workspace.releases),
        f"{hint}List what there is: studium releases",
    )
