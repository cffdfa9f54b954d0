"""Which old releases go, who is reading one, and the remains of publishes that were killed.

Enters: a workspace. Leaves: fewer folders; never the current release, never one that is being read.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from studium.config import Workspace
from studium.publish.manifest import (
    DATABASE_NAME,
    MANIFEST_NAME,
    DamagedReleaseError,
    Release,
    read_release,
)

UNFINISHED = ".tmp-"
_RELEASE = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")  # other folders are somebody else's

# DuckDB holds a POSIX lock on a database that it reads. Asking must happen in a process that never
# opened the file: closing any descriptor of it drops all locks of the asking process on it. Who reads
# other files of a release holds the manifest by flock, which no other descriptor's end drops.
_ASK = """
import fcntl, os, sys
for path in sys.argv[1:]:
    try:
        with open(path, "r+b") as stream:
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with open(os.path.join(os.path.dirname(path), "manifest.json"), "rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        pass
    except OSError:
        print(path)
"""


def remove_old_releases(workspace: Workspace, keep: int) -> list[str]:
    """Remove all but the newest `keep`, the current one and those being read; return their ids.

    A damaged one neither counts nor goes: what became of it is for a person to find out.
    """
    names = [release.id for release in sort_releases(workspace)[0]]
    current = Path(os.readlink(workspace.current)).name if workspace.current.is_symlink() else ""
    old = [workspace.releases / name for name in names[keep:] if name != current]
    busy = _being_read(old)
    removed = [folder for folder in old if folder not in busy]
    for folder in removed:
        # Renamed first: a removal that is killed half-way leaves nothing that looks like a release.
        leaving = folder.with_name(f"{UNFINISHED}{folder.name}")
        folder.rename(leaving)
        shutil.rmtree(leaving)
    return [folder.name for folder in removed]


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
        if _RELEASE.fullmatch(folder.name) and folder.is_dir()
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


def _being_read(folders: Sequence[Path]) -> set[Path]:
    if not folders:
        return set()
    databases = {str(folder / DATABASE_NAME): folder for folder in folders}
    for folder in folders:
        (folder / DATABASE_NAME).chmod(0o600)
    answer = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _ASK, *databases],
        capture_output=True,
        text=True,
        check=True,
    )
    busy = {databases[line] for line in answer.stdout.splitlines() if line in databases}
    for folder in busy:
        (folder / DATABASE_NAME).chmod(0o400)
    return busy
