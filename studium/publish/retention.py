"""Which old releases go, who is reading one, and the remains of publishes that were killed.

Enters: a workspace. Leaves: fewer folders; never the current release, never one that is
being read: whoever reads a release holds its manifest.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studium.config import Workspace
from studium.publish.manifest import (
    MANIFEST_NAME,
    DamagedReleaseError,
    Release,
    read_release,
)

UNFINISHED = ".tmp-"
RELEASE = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")  # other folders are somebody else's


def remove_old_releases(workspace: Workspace, keep: int) -> list[str]:
    """Remove all but the newest `keep`, the current one and those being read; return their ids.

    A damaged one neither counts nor goes: what became of it is for a person to find out.
    """
    names = [release.id for release in sort_releases(workspace)[0]]
    current = Path(os.readlink(workspace.current)).name if workspace.current.is_symlink() else ""
    old = [workspace.releases / name for name in names[keep:] if name != current]
    return [folder.name for folder in old if _remove_unless_read(folder)]


def _remove_unless_read(folder: Path) -> bool:
    """Remove a release that nobody holds. Its databases may be those of other releases too: nothing asks them."""
    with (folder / MANIFEST_NAME).open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        # Renamed first: a removal that is killed half-way leaves nothing that looks like a release.
        leaving = folder.with_name(f"{UNFINISHED}{folder.name}")
        folder.rename(leaving)
    shutil.rmtree(leaving)
    return True


@contextmanager
def hold_open(release: Release) -> Iterator[None]:
    """Keep retention from removing a release while files of it are read, from whatever process.

    Raises DamagedReleaseError when it is gone already.
    """
    try:
        stream = (release.path / MANIFEST_NAME).open("rb")
    except FileNotFoundError:
        raise DamagedReleaseError(release.path, "it was removed") from None
    with stream:
        fcntl.flock(stream, fcntl.LOCK_SH)
        if not release.path.is_dir():  # renamed away by retention in between
            raise DamagedReleaseError(release.path, "it was removed")
        yield


def release_folders(workspace: Workspace) -> list[Path]:
    """Releases, sound or damaged, newest first."""
    if not workspace.releases.is_dir():
        return []
    folders = [
        folder
        for folder in workspace.releases.iterdir()
        if RELEASE.fullmatch(folder.name) and folder.is_dir()
    ]
    return sorted(folders, key=lambda folder: folder.name, reverse=True)


def sort_releases(workspace: Workspace) -> tuple[list[Release], list[DamagedReleaseError]]:
    """(sound, damaged) releases, newest first."""
    sound, damaged = [], []
    for folder in release_folders(workspace):
        try:
            sound.append(read_release(folder))
        except DamagedReleaseError as damage:
            # Else it went to retention while we looked.
            if folder.is_dir():
                damaged.append(damage)
    return sound, damaged


def remove_unfinished(workspace: Workspace) -> int:
    """Remove what killed publishes left; only the holder of the workspace's lock may."""
    remains = list(workspace.releases.glob(f"{UNFINISHED}*"))
    for folder in remains:
        if folder.is_dir():
            shutil.rmtree(folder)
        else:
            folder.unlink()
    for link in workspace.root.glob(f".{workspace.current.name}-*"):
        link.unlink(missing_ok=True)
    return len(remains)
