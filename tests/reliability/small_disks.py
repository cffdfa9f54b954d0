"""Disks that really fill up: a tmpfs of our own, or a limit on the size of files where none may be.

Enters: an empty folder. Leaves: a `SmallDisk` on which commands run, with as much room as wanted.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.reliability.processes import Answer, forked, studium, to_its_end

KILOBYTE = 1024
PLENTY = 256 * 1024
_MOUNT = 'mount -t tmpfs -o size=256m none "$0" && echo mounted && exec sleep 600'


class SmallDisk(Protocol):
    """A disk with one workspace on it."""

    def put(self, root: Path) -> None:
        """Copy a workspace onto the disk."""

    def leave_room(self, kilobytes: int) -> None:
        """From now on nobody can write more than so much."""

    def run(self, *command: object) -> Answer:
        """Run `studium` on the workspace of this disk."""

    def take(self, folder: Path) -> Path:
        """Copy the workspace to where tests can read it."""


class Tmpfs:
    """A file system in memory, mounted in a namespace of `process`, that can be resized."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._folder = folder
        self._process = process.pid
        space = ["--target", str(process.pid), "--user", "--mount", "--preserve-credentials"]
        self._enter = ["nsenter", *space]

    def put(self, root: Path) -> None:
        self._do("cp", "-a", str(root), str(self._folder / "campus"))

    def leave_room(self, kilobytes: int) -> None:
        used = int(self._do("du", "--summarize", "--block-size=1K", str(self._folder)).split()[0])
        self._do("mount", "-o", f"remount,size={used + kilobytes}k", str(self._folder))

    def run(self, *command: object) -> Answer:
        return to_its_end(forked(self._folder / "campus", *command, namespaces=self._process))

    def take(self, folder: Path) -> Path:
        self._do("cp", "-a", str(self._folder / "campus"), str(folder))
        return folder / "campus"

    def _do(self, *command: str) -> str:
        answer = subprocess.run(
            [*self._enter, *command], capture_output=True, text=True, check=True
        )
        return answer.stdout


class SizeLimit:
    """No file may grow beyond the room: EFBIG where no tmpfs may be mounted."""

    def __init__(self, folder: Path) -> None:
        self._root = folder / "campus"
        self._prefix: list[str] = []

    def put(self, root: Path) -> None:
        shutil.copytree(root, self._root, symlinks=True)

    def leave_room(self, kilobytes: int) -> None:
        limit = f"--fsize={kilobytes * KILOBYTE}"
        self._prefix = ["prlimit", limit] if kilobytes < PLENTY else []

    def run(self, *command: object) -> Answer:
        return studium(self._root, *command, prefix=self._prefix)

    def take(self, folder: Path) -> Path:
        return self._root


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """The most real full disk that this machine permits."""
    folder.mkdir()
    process = subprocess.Popen(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", _MOUNT, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdout is not None
        is_mounted = process.stdout.readline() == "mounted\n"
        try:
            yield Tmpfs(process, folder) if is_mounted else SizeLimit(folder)
        finally:
            process.kill()
