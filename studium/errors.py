"""The one error that people see: what is wrong, where, and what to do next.

Enters: words, or what a system said when its disk was full. Leaves: exceptions with an exit code.
"""

import os
from pathlib import Path

_FULL_DISK = (
    *("no space left", "disk quota", "file too large", "could not write file", "disk is full"),
    *("failed to offload", "max_temp_directory_size"),
)


def readable(text: str) -> str:
    """Text that every terminal, file and database takes: what is not UTF-8 in a file's name becomes \\xff."""
    return text.encode(errors="surrogateescape").decode(errors="backslashreplace")


class StudiumError(Exception):
    """A problem that a person can act on. Exit code 1: the data or the state refused.

    `problem` names the value, `where` the file, line or setting, `fix` the next step or command.
    """

    exit_code = 1

    def __init__(self, problem: str, where: str, fix: str) -> None:
        self.problem, self.where, self.fix = map(readable, (problem, where, fix))
        super().__init__(f"{self.problem} ({self.where}). {self.fix}")


class MisuseError(StudiumError):
    """The command, an option or the configuration is wrong. Exit code 2."""

    exit_code = 2


class FullDiskError(StudiumError):
    """No room is left on the disk of `folder`; `detail` is what failed and how the system said it.

    What was published stays: `current` moves only to a release that is whole.
    """

    def __init__(self, folder: Path, detail: str) -> None:
        disk = os.statvfs(folder)
        free, size = (blocks * disk.f_frsize / 1e6 for blocks in (disk.f_bavail, disk.f_blocks))
        super().__init__(
            f"The disk is full: {detail}",
            f"{folder}, {free:,.1f} MB free of {size:,.1f} MB",
            "Make room there, then start the same command again: it goes on from where it stopped",
        )


def says_full_disk(message: str) -> bool:
    """Whether the operating system, DuckDB or SQLite says that it had no room to write."""
    return any(sign in message.lower() for sign in _FULL_DISK)
