"""The head of the audit log, kept apart from its database: the number and hash of the last record, sealed.

Enters: a file beside the keys. Leaves: what was noted there, and the turn to write. Who cuts, empties or replaces
the database leaves this behind.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

START = "0" * 64
_NUMBER, _HASH = 20, 64


class Head(NamedTuple):
    """The last record that was written, or `START` before the first; `seal` is keyed."""

    number: int
    hash: str
    seal: str


class HeadFile:
    """One line of fixed length, written in place: a kill leaves the one before or the one after."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Head | None:
        """What is noted; None where there is no file. A line that is none has no seal that fits."""
        try:
            text = self.path.read_text(encoding="ascii", errors="replace")
        except FileNotFoundError:
            return None
        parts = text.split()
        if len(parts) != 3 or not parts[0].isascii() or not parts[0].isdigit():
            return Head(0, START, "")
        return Head(int(parts[0]), parts[1], parts[2])

    def write(self, head: Head) -> None:
        """Note a head; a loss of power may leave the one before, which is in the log too."""
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        line = f"{head.number:0{_NUMBER}d} {head.hash} {head.seal}\n".encode("ascii")
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, line, 0)
            os.ftruncate(descriptor, len(line))
        finally:
            os.close(descriptor)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the turn to append: what is noted is never older than what another process noted before."""
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        lock = self.path.with_name(f"{self.path.name}.lock")
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
