"""One writer per workspace: a lock of the operating system, gone with its process however it ends.

Enters: a workspace and the command that wants to write. Leaves: a context in which nobody else
writes, or an error that says who does and since when. Readers need no lock.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO

import msgspec
from msgspec import Struct

from studium.config import Workspace
from studium.errors import StudiumError

_PAUSE_SECONDS = 0.2
_GRACE_SECONDS = 1.0


class Holder(Struct, frozen=True):
    """Who writes: process id, command, and since when (ISO 8601, UTC)."""

    pid: int
    command: str
    since: str


@contextmanager
def hold_lock(workspace: Workspace, command: str, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the workspace's lock; wait up to `wait_seconds` for another command to end.

    Raises StudiumError naming the holder when it does not.
    """
    try:
        stream = workspace.lock.open("a+b")
    except OSError as error:
        raise StudiumError(
            f"The workspace cannot be written: {error.strerror}",
            str(workspace.lock),
            "Make it writable for you, or work on another one: studium --workspace DIR …",
        ) from None
    with stream:
        _acquire(stream, workspace, time.monotonic() + wait_seconds)
        _write_holder(stream, command)
        try:
            yield
        finally:
            stream.truncate(0)


def read_holder(workspace: Workspace) -> Holder | None:
    """Who holds the lock now; None when nobody does."""
    try:
        with workspace.lock.open("rb") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _read_holder(stream)
    except OSError:
        return None
    return None


def _acquire(stream: IO[bytes], workspace: Workspace, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read_holder(stream)
            # No name yet: it was taken this moment, or `status` only looked whether it is free.
            grace = 0.0 if holder.pid else _GRACE_SECONDS
            if time.monotonic() >= deadline + grace:
                raise _held(holder, workspace) from None
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _write_holder(stream: IO[bytes], command: str) -> None:
    since = datetime.now(UTC).replace(microsecond=0).isoformat()
    stream.truncate(0)
    stream.write(msgspec.json.encode(Holder(pid=os.getpid(), command=command, since=since)))
    stream.flush()


def _held(holder: Holder, workspace: Workspace) -> StudiumError:
    return StudiumError(
        f"`studium {holder.command}` is working on this workspace since {holder.since} "
        f"(process {holder.pid})",
        str(workspace.lock),
        "Wait until it is done, or let this one wait for it: --wait 600",
    )


def _read_holder(stream: IO[bytes]) -> Holder:
    stream.seek(0)
    try:
        return msgspec.json.decode(stream.read(), type=Holder)
    except msgspec.DecodeError:
        return Holder(pid=0, command="…", since="a moment ago")
