"""Whole commands timed as a user runs them: wall and processor seconds, and in a run of its own the peak memory.

Enters: a command. Leaves: a `Timing`. Medians of several runs; seconds are for reading, ratios are what is promised.
Reading the memory of busy processes costs them a tenth of their time, so a run is either timed or watched.
"""

import ctypes
import os
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

STUDIUM = [str(Path(sys.executable).parent / "studium")]
SAMPLE_SECONDS = 0.05
MEGABYTE = 1024 * 1024
PR_SET_CHILD_SUBREAPER = 36  # sys/prctl.h


@dataclass(frozen=True)
class Timing:
    """Wall time, what the command printed, and its processor time with that of its children."""

    seconds: float
    output: str
    cpu_seconds: float = 0.0


def run(command: list[str], check: bool = True) -> Timing:
    """Run a command to its end. Raises RuntimeError with its output if it fails."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    others = _children()
    start, used = time.perf_counter(), _cpu_of_children()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output, errors = process.communicate()
    seconds = time.perf_counter() - start
    for orphan in _children() - others:  # the server of its children, whose time counts
        os.waitpid(orphan, 0)
    if check and process.returncode:
        raise RuntimeError(f"{' '.join(command)} exited with {process.returncode}:\n{errors}")
    return Timing(seconds, output, _cpu_of_children() - used)


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak_mb(command: list[str]) -> float:
    """The largest sum of proportional memory (PSS) of a command and its children at one moment, in MB."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = _PeakMemory(process.pid)
    peak.start()
    process.wait()
    peak.stop()
    return peak.mb


def median(measure: Callable[[], Timing], runs: int) -> Timing:
    """The run of median time."""
    timings = [measure() for _ in range(runs)]
    middle = statistics.median_low(timing.seconds for timing in timings)
    return next(timing for timing in timings if timing.seconds == middle)


def decompression_floor(files: list[Path], runs: int) -> Timing:
    """`gzip -dc` over the same files, two processes at a time: what no reader of these files goes below."""
    names = "\n".join(str(path) for path in files)

    def measure() -> Timing:
        start = time.perf_counter()
        subprocess.run(
            "xargs -P 2 -n 1 gzip -dc > /dev/null", shell=True, check=True, input=names, text=True
        )
        return Timing(time.perf_counter() - start, "")

    return median(measure, runs)


def new_workspace(path: Path) -> Path:
    """An empty workspace in place of whatever was there."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    run([*STUDIUM, "--workspace", str(path), "init"])
    return path


class _PeakMemory(threading.Thread):
    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.mb = 0.0
        self._process = psutil.Process(pid)
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            self.mb = max(self.mb, self._now())

    def stop(self) -> None:
        self._done.set()
        self.join()

    def _now(self) -> float:
        total = 0
        try:
            for process in [self._process, *self._process.children(recursive=True)]:
                total += process.memory_full_info().pss
        except (psutil.Error, OSError):
            return 0.0
        return total / MEGABYTE
