"""Work in a child that the system itself stops: by address space, so that no value takes the machine, and by time.

Enters: what a command does with rows that somebody chose. Leaves: its output, or an error that says which limit was
met. DuckDB keeps limits of its own, but not for one huge value, nor for a call that hears no interruption.
"""

import ctypes
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import Any, NoReturn

from studium.cli.session import Session
from studium.errors import MisuseError, StudiumError

PROGRAM_MB = 2_000  # what the program and its libraries take of addresses, most of it never touched
IN_MEMORY_MB = 10_000  # where a format is made in memory, within bounds of its own
GRACE_SECONDS = 2.0  # for a child that is to end
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def contained(session: Session, work: Callable[[], None], program_mb: int = PROGRAM_MB) -> None:
    """Do `work` in a child, within the limits of `[query]`.

    Raises what it raises, and StudiumError when the system had to end it.
    """
    limits = session.workspace().settings.query
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _be_child(
            session,
            work,
            writing,
            (limits.memory_limit_mb + program_mb) * 1_000_000 + _address_space(),
        )
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as stream:
            said = stream.read()
        _, status = os.waitpid(child, 0)
    except BaseException:
        _end(child)
        raise
    if said:
        _raise(json.loads(said))
    if status:
        raise _ended(status)


def _end(child: int) -> None:
    """Let a child take back what it has begun; one that does not hear it is killed."""
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(child, signal.SIGTERM)
        until = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < until:
            if os.waitpid(child, os.WNOHANG)[0]:
                return
            time.sleep(0.02)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    # Once is enough: what follows is taking back. A terminal's Ctrl-C reaches us, and then our parent's SIGTERM.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _be_child(
    session: Session, work: Callable[[], None], writing: int, most_bytes: int
) -> NoReturn:
    from studium.publish import stop_hard

    code = 1
    try:
        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _stop)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        stop_hard()
        try:
            work()
        finally:
            session.close()
            sys.stdout.flush()
            sys.stderr.flush()
        code = 0
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT  # the parent heard it too, and tells
    except BaseException as error:  # noqa: BLE001 - the parent is told of all
        fault = _fault(error)
        if fault is None:
            traceback.print_exc()
            sys.stderr.flush()
        else:
            os.write(writing, json.dumps(fault, default=str).encode())
    finally:
        os._exit(code)


def _address_space() -> int:
    """Bytes of addresses that this process has now; most of them are never touched."""
    with open("/proc/self/statm", encoding="ascii") as stream:
        return int(stream.read().split()[0]) * resource.getpagesize()


def _fault(error: BaseException) -> tuple[str, Any] | None:
    """What the parent is to raise; None for a fault of ours, of which the traceback was printed."""
    if isinstance(error, StudiumError):
        kind = "misuse" if isinstance(error, MisuseError) else "studium"
        return kind, (error.problem, error.where, error.fix)
    if isinstance(error, OSError) and error.errno is not None:
        return "system", (error.errno, error.strerror, error.filename)
    return ("memory", None) if isinstance(error, MemoryError) else None


def _raise(fault: Sequence[Any]) -> NoReturn:
    kind, said = fault
    if kind == "memory":
        raise _too_large()
    raise {"misuse": MisuseError, "studium": StudiumError, "system": OSError}[kind](*said)


def _ended(status: int) -> BaseException:
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) == signal.SIGALRM:
            return StudiumError(
                "The question took longer than its time and heard no interruption",
                "query.time_limit_seconds",
                "Ask for less, or allow more time: query.time_limit_seconds in studium.toml",
            )
        return _too_large()
    return SystemExit(os.waitstatus_to_exitcode(status))


def _too_large() -> StudiumError:
    return StudiumError(
        "One value, or what was made of it, is larger than this process may hold",
        "query.memory_limit_mb",
        "Ask for less, or raise query.memory_limit_mb in studium.toml",
    )
