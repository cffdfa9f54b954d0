"""Child processes that read foreign files, under limits of memory and time.

Enters: tasks. Leaves: their outcomes, in the order in which they end. A child that crashes, hangs or runs out of memory
costs its own file alone: it is replaced and the file is reported as failed.
"""

import ctypes
import gc
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.abc import MetaPathFinder
from multiprocessing import forkserver, get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Lock
from typing import Any

from studium.lake.registry import FORMATS
from studium.lake.tasks import Task, TaskOutcome
from studium.processes import end_with_parent

POLL_SECONDS = 1.0
INSTALLED = {"site-packages", "dist-packages"}
REPORT_BYTES = 4 * 1024 * 1024
MEGABYTE = 1024 * 1024
RESERVED_MB = 3000  # address space that libraries and allocators reserve and never touch
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h
KEPT_BYTES = 1 << 30
# A server imports the parser once, while other work goes on; from it a child is forked in a hundredth of a second.
forked, spawned = get_context("forkserver"), get_context("spawn")
EARLY = [one.parser for one in FORMATS.values() if one.is_early]
forked.set_forkserver_preload(["studium.lake.parsing", *EARLY])
one_at_a_time = Lock()  # the environment is of all threads
ENVIRONMENT = {
    "PYTHONSAFEPATH": "1",  # else an `enum.py` in the current folder would be imported
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # one allocator touches less memory than two
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # fewer, larger pages: half the kernel's time
    "OPENBLAS_NUM_THREADS": "1",  # NumPy's threads would spin beside the parser
}


@dataclass
class Worker:
    """A child with at most one task at a time."""

    process: Any
    pipe: Connection
    task: Task | None = None
    started: float = 0.0


@dataclass
class Ended:
    """A task that ended: with an outcome, or with the reason of its failure."""

    task: Task
    outcome: TaskOutcome | None = None
    failure: str = ""


class Pool:
    """At most `size` children. Where tasks are `expected`, what a child needs is imported beside other work."""

    def __init__(
        self, size: int, memory_limit_mb: int, advance: Callable[[int], None], expected: int
    ) -> None:
        self._memory_limit_mb = memory_limit_mb
        self._advance = advance
        self._size = size
        self._workers: list[Worker] = []
        if expected:
            _start_server()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *error: object) -> None:
        for worker in self._workers:
            _stop(worker)

    def run(self, tasks: list[Task]) -> Iterator[Ended]:
        """Yield each task as it ends."""
        waiting = list(reversed(tasks))
        while waiting or any(worker.task for worker in self._workers):
            self._give(waiting)
            yield from self._take()

    def _give(self, waiting: list[Task]) -> None:
        idle = sum(worker.task is None for worker in self._workers)
        while idle < len(waiting) and len(self._workers) < self._size:
            self._workers.append(_start(self._memory_limit_mb))
            idle += 1
        left = len(waiting) + sum(worker.task is not None for worker in self._workers)
        threads = max(1, self._size // max(1, left))
        for worker in self._workers:
            if waiting and worker.task is None:
                self._assign(worker, replace(waiting.pop(), threads=threads))

    @staticmethod
    def _assign(worker: Worker, task: Task) -> None:
        worker.task, worker.started = task, time.monotonic()
        with suppress(OSError):  # it died before it had a task: its pipe says so when it is read
            worker.pipe.send(task)

    def _take(self) -> Iterator[Ended]:
        busy = [worker for worker in self._workers if worker.task]
        ready = wait([worker.pipe for worker in busy], timeout=POLL_SECONDS)
        for worker in busy:
            ended = self._receive(worker) if worker.pipe in ready else _overdue(worker)
            if ended is None:
                continue
            if ended.outcome is None:
                _stop(worker)
                self._workers.remove(worker)
            worker.task = None
            yield ended

    def _receive(self, worker: Worker) -> Ended | None:
        task = worker.task
        if task is None:
            return None
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(5)
            return Ended(task, failure=_death(worker.process.exitcode))
        if isinstance(message, int):
            self._advance(message)
            return None
        if isinstance(message, str):
            return Ended(task, failure=message)
        return Ended(task, outcome=message)


@contextmanager
def _for_children() -> Iterator[None]:
    """What children inherit: their environment, and that they do not hear Ctrl-C, which goes to all of a terminal.

    The parent answers it, and kills its children.
    """
    resource_tracker.ensure_running()  # else starting it unblocks the signal again
    with one_at_a_time:
        changed = ENVIRONMENT | _path_of_this_code()
        before = {name: os.environ.get(name) for name in changed}
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        os.environ.update(changed)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _path_of_this_code() -> dict[str, str]:
    """A server that starts from nothing would find the version that is installed, not one that runs from its folder."""
    folder = Path(__file__).parents[2]
    if folder.name in INSTALLED:
        return {}
    return {
        "PYTHONPATH": os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    }


def _start_server() -> None:
    """Start what children are forked from, if it does not run; it ends with this process."""
    with _for_children(), suppress(OSError):  # `_start` does without
        forkserver.ensure_running()


def _start(memory_limit_mb: int) -> Worker:
    """Fork a child, or spawn it where the server's socket has no place: a full disk, too long a path, a folder that was
    removed, a server that was killed.
    """
    try:
        return _started(forked, memory_limit_mb)
    except (OSError, EOFError):
        return _started(spawned, memory_limit_mb)


def _started(children: Any, memory_limit_mb: int) -> Worker:
    ours, theirs = children.Pipe()
    address_space = (memory_limit_mb + RESERVED_MB) * MEGABYTE
    process = children.Process(
        target=_work, args=(theirs, memory_limit_mb, address_space), daemon=True
    )
    with _for_children():
        process.start()
    theirs.close()
    return Worker(process, ours)


def _stop(worker: Worker) -> None:
    worker.pipe.close()
    worker.process.kill()
    worker.process.join()


def _overdue(worker: Worker) -> Ended | None:
    task = worker.task
    if task is None or time.monotonic() - worker.started < task.time_limit_seconds:
        return None
    return Ended(
        task, failure=f"took longer than {task.time_limit_seconds} s (landing.time_limit_seconds)"
    )


def _death(exit_code: int | None) -> str:
    if exit_code == -9:
        return "its process was killed, most likely for want of memory"
    return f"its process died (exit code {exit_code})"


class _WithoutPandas(MetaPathFinder):
    """PyArrow imports pandas, a quarter of a second, to ask whether a list is one of its series; it can do without."""

    def find_spec(self, name: str, *_place: object) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name, name=name)


def _work(pipe: Connection, memory_limit_mb: int, address_space: int) -> None:
    """The child: one task after another until the parent closes the pipe."""
    end_with_parent()
    sys.meta_path.insert(0, _WithoutPandas())
    gc.disable()  # nothing here makes cycles, and lists of digests make collecting dear
    from studium.lake.parsing import parse_task

    _keep_freed_memory()
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    unreported = 0

    def advance(count: int) -> None:
        nonlocal unreported
        unreported += count
        if unreported >= REPORT_BYTES:
            pipe.send(unreported)
            unreported = 0

    while True:
        try:
            task = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            outcome = parse_task(task, advance)
        except MemoryError:
            pipe.send(f"needs more than {memory_limit_mb} MB (landing.memory_limit_mb)")
            return
        except Exception as error:  # noqa: BLE001 - whatever it was, the parent reports it
            pipe.send(f"{type(error).__name__}: {error}")
            return
        pipe.send(unreported)
        unreported = 0
        pipe.send(outcome)


def _keep_freed_memory() -> None:
    """Tell glibc not to give memory back between parts: touching it anew costs a tenth of the time."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
