"""Releases: made in a hidden folder, renamed into place, then `current` moves by one rename.

Enters: open marts and what is known about them. Leaves: releases/<id>/ and the link `current`.
"""

import hashlib
import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

import msgspec
from msgspec import Struct

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.publish.database import Marts
from studium.publish.disk import flush_file, flush_folder, link_file, move_link, write_flushed
from studium.publish.event_days import digest_days, link_days, link_published
from studium.publish.holding import hold, let_go
from studium.publish.manifest import (
    MANIFEST_NAME,
    ArchiveCopy,
    Area,
    DamagedReleaseError,
    Manifest,
    Release,
    encode_manifest,
    hash_file,
    read_release,
)
from studium.publish.retention import RELEASE, UNFINISHED, release_folders, sort_releases
from studium.publish.verification import verify_area, verify_release
from studium.vocabulary import EventDay, Table


class Draft(Struct, frozen=True):
    """An area that is about to be published, and the files of its events; one that is kept stays as it was."""

    area: Area
    days: list[EventDay] = []
    is_kept: bool = False

    @property
    def content(self) -> str:
        """Equal for the same tables, descriptions, interval, events and bytes of inputs.

        Names of files, the code that computed it and versions of packages do not count: they change nothing that is
        said.
        """
        if self.is_kept:
            return self.area.content
        area = self.area
        inputs = sorted((file.sha256, file.lines, file.events) for file in area.inputs)
        build = msgspec.structs.replace(area.build, models_hash="")
        parts = [area.name, build, area.tables, inputs, digest_days(self.days)]
        return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()


class ReleaseContents(Struct, frozen=True):
    """All that a release will say, before it has an id."""

    drafts: list[Draft]
    absent: dict[str, list[str]]
    versions: dict[str, str]

    @property
    def digest(self) -> str:
        """Equal where every area says the same, and the same are held back by the same conditions."""
        areas = [(it.area.name, it.content, _names(it.area.held_back)) for it in self.drafts]
        absent = {name: _names(reasons) for name, reasons in self.absent.items()}
        said = msgspec.json.encode([areas, absent], order="deterministic")
        return hashlib.sha256(said).hexdigest()


def _names(reasons: Sequence[str]) -> list[str]:
    """Which conditions; what was found may be another number every night."""
    return [reason.split(":")[0] for reason in reasons]


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
    if target.parent != workspace.releases or not RELEASE.fullmatch(target.name):
        raise StudiumError(
            f"`current` points at {target}, which is no release of this workspace",
            str(workspace.current),
            "Move the link away, not what it points at, then: studium rollback",
        )
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

    The bytes of its databases are read again first. There it stays until something new is
    published, or somebody goes to the newest release. Raises DamagedReleaseError for a named one
    that is damaged, MisuseError for one that is none.
    """
    passed_over: list[DamagedReleaseError] = []
    for folder in [_folder(workspace, release_id)] if release_id else _earlier(workspace):
        try:
            release = read_release(folder)
            verify_release(release)
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


def find_same(workspace: Workspace, contents: ReleaseContents) -> Release | None:
    """The newest release that says the same already, and whose bytes are as they were published."""
    digest = contents.digest
    for release in releases(workspace):
        if release.manifest.content == digest and _is_sound(release, release.manifest.areas):
            return release
    return None


def create_release(
    workspace: Workspace, marts: Marts, contents: ReleaseContents, now: datetime
) -> Release:
    """Write the areas that changed into a new release, link the others; `current` is not moved yet."""
    unfinished = workspace.releases / f"{UNFINISHED}{os.getpid()}"
    unfinished.mkdir(parents=True)
    try:
        release_id, created_at = _choose_id(workspace, now)
        areas = []
        for draft in contents.drafts:
            found = _find_area(workspace, draft)
            if found:
                area = _link_area(draft, found, unfinished)
            else:
                area = _write_area(workspace, marts, draft, unfinished, created_at)
                area = msgspec.structs.replace(area, made_in=release_id)
            areas.append(area)
        manifest = Manifest(
            id=release_id,
            created_at=created_at,
            content=contents.digest,
            areas=areas,
            absent=contents.absent,
            versions=contents.versions,
        )
        write_flushed(unfinished / MANIFEST_NAME, encode_manifest(manifest))
        (unfinished / MANIFEST_NAME).chmod(0o400)
        flush_folder(unfinished)
        unfinished.rename(workspace.releases / release_id)
        flush_folder(workspace.releases)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return read_release(workspace.releases / release_id)


def _find_area(workspace: Workspace, draft: Draft) -> tuple[Release, Area] | None:
    """Where an area stands that says the same, whole; raises StudiumError when one to be kept does nowhere."""
    content, found = draft.content, None
    for release in releases(workspace):
        for area in release.manifest.areas:
            is_it = area.content == content and len(area.tables) >= len(draft.area.tables)
            if is_it and found is None and _is_sound(release, [area]):
                found = release, area
    if found is None and draft.is_kept:
        raise StudiumError(
            f"{draft.area.name} is held back, and what is published of it is damaged: "
            + "; ".join(draft.area.held_back),
            str(workspace.current),
            f"Mend {draft.area.name}, then publish again",
        )
    return found


def _is_sound(release: Release, areas: Sequence[Area]) -> bool:
    try:
        for area in areas:
            verify_area(release, area)
    except DamagedReleaseError:
        return False
    return True


def _link_area(draft: Draft, found: tuple[Release, Area], folder: Path) -> Area:
    """The files of an area that another release has, under this one too."""
    release, area = found
    name = f"{draft.area.name}.duckdb"
    link_file(release.path / area.database, folder / name)
    if area.archive:
        link_file(release.path / area.archive.name, folder / area.archive.name)
    if area.event_files:
        link_published(release.path, folder, area.name, area.events_seal)
    said = draft.area if draft.is_kept else area
    return msgspec.structs.replace(
        area,
        name=draft.area.name,
        database=name,
        tables=said.tables,
        held_back=draft.area.held_back,
    )


def _write_area(
    workspace: Workspace, marts: Marts, draft: Draft, folder: Path, created_at: datetime
) -> Area:
    area = draft.area
    database = folder / area.database
    marts.copy_to(database, area.tables)
    archive = None
    for table in area.tables:
        if table.is_archived:
            archive = _archive(marts, table.name, folder, created_at)
    events = link_days(workspace, folder, area.name, draft.days)
    for name in [area.database, *([archive.name] if archive else [])]:
        flush_file(folder / name)
        (folder / name).chmod(0o400)
    return msgspec.structs.replace(
        area,
        content=draft.content,
        database_sha256=hash_file(database),
        database_bytes=database.stat().st_size,
        archive=archive,
        event_files=events.files,
        events_seal=events.seal,
    )


def _archive(marts: Marts, table: str, folder: Path, created_at: datetime) -> ArchiveCopy:
    """A table as a dated file, so that it can be kept longer than its release."""
    name = f"{table}-{created_at:%Y-%m-%d}.parquet"
    rows = marts.archive(table, folder / name)
    size = (folder / name).stat().st_size
    return ArchiveCopy(name, table, rows, hash_file(folder / name), size)


def _choose_id(workspace: Workspace, now: datetime) -> tuple[str, datetime]:
    """A name after the newest release's, also when the clock went back or a second has two."""
    created_at = now.astimezone(UTC).replace(microsecond=0)
    folders = release_folders(workspace)
    if folders:
        newest = datetime.strptime(folders[0].name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        created_at = max(created_at, newest + timedelta(seconds=1))
    # Of the moment and not of the contents, of which an id in every answer would tell.
    moment = f"{created_at:%Y%m%dT%H%M%SZ}"
    return f"{moment}-{hashlib.sha256(moment.encode()).hexdigest()[:8]}", created_at


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
