"""The real server in processes of its own, with an account of each role, and its memory and processor time.

Enters: a workspace. Leaves: a `Running` server, stopped by its process number at the end.
"""

import os
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from benchmarks.measuring import MEGABYTE, STUDIUM
from studium.config import Workspace
from studium.serve import Role, TokenScope, open_desk
from studium.vocabulary import Scope

_SAMPLE_SECONDS = 0.5


@dataclass
class Running:
    """`peak_mb` is the largest sum of resident memory of all its processes, shared parts once each process."""

    address: str
    tokens: Mapping[Role, str]
    process: psutil.Process
    peak_mb: float = 0.0

    def cpu_seconds(self) -> float:
        """Processor time of all its processes until now."""
        return sum(_cpu(process) for process in self._family())

    def watch(self, is_over: threading.Event) -> None:
        """Note the peak of memory until the end."""
        while not is_over.wait(_SAMPLE_SECONDS):
            total = sum(_memory(process) for process in self._family())
            self.peak_mb = max(self.peak_mb, total / MEGABYTE)

    def _family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def running(
    workspace: Workspace, workers: int, roles: Iterable[Role], courses: Sequence[str]
) -> Iterator[Running]:
    """`studium serve` until the end of the block, with an account of each role; `courses` are granted to all."""
    tokens = {role: _token(workspace, role, courses) for role in roles}
    command = [
        *STUDIUM,
        "--workspace",
        str(workspace.root),
        "serve",
        "--port",
        "0",
        "--workers",
        str(workers),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        line = process.stdout.readline() if process.stdout else ""
        found = Running(line.split()[-1], tokens, psutil.Process(process.pid))
        is_over = threading.Event()
        watcher = threading.Thread(target=found.watch, args=(is_over,), daemon=True)
        watcher.start()
        try:
            yield found
        finally:
            is_over.set()
            watcher.join()
            process.terminate()


def _token(workspace: Workspace, role: Role, courses: Sequence[str]) -> str:
    desk, name = open_desk(workspace), f"measurer-{role}"
    known = {account.username: account for account in desk.people.list()}
    account = known.get(name) or desk.people.add(
        name, role, [Scope("course", it) for it in courses]
    )
    return desk.tokens.create(account.user_id, "benchmark", tuple(TokenScope), 1)[1]


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _memory(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss)
    except psutil.Error:
        return 0.0
