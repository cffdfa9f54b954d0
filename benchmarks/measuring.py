"""Whole commands timed as a user runs them: wall seconds and the peak memory of the process and its children.

Enters: a command. Leaves: a `Timing`. Medians of several runs; seconds are for reading, ratios are what is promised.
"""

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


@dataclass(frozen=True)
class Timing:
    """Wall time, and the largest sum of proportional memory (PSS) of all processes at one moment."""

    seconds: float
    peak_mb: float
    output: str


def run(command: list[str], check: bool = True) -> Timing:
    """Run a command to its end. Raises RuntimeError with its output if it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    peak = _PeakMemory(process.pid)
    peak.start()
    output, errors = process.communicate()
    seconds = time.perf_counter() - start
    peak.stop()
    if check and process.returncode:
        raise RuntimeError(f"{' '.join(command)} exited with {process.returncode}:\n{errors}")
    return Timing(seconds, peak.mb, output)


def median(measure: Callable[[], Timing], runs: int) -> Timing:
    """The run of median time; its peak is the largest of all runs."""
    timings = [measure() for _ in range(runs)]
    middle = statistics.median_low(timing.seconds for timing in timings)
    output = next(timing.output for timing in timings if timing.seconds == middle)
    return Timing(middle, max(timing.peak_mb for timing in timings), output)


def decompression_floor(files: list[Path], runs: int) -> Timing:
    """`gzip -dc` over the same files, two processes at a time: what no reader of these files goes below."""
    names = "\n".join(str(path) for path in files)

    def measure() -> Timing:
        start = time.perf_counter()
        subprocess.run(
            "xargs -P 2 -n 1 gzip -dc > /dev/null", shell=True, check=True, input=names, text=True
        )
        return Timing(time.perf_counter() - start, 0.0, "")

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
