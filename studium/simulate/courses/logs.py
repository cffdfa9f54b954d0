"""Second half of a simulation: log files, chronological, with twins, strays and broken lines.

Enters: spilled facts and the time range of each file. Leaves: gzip files of tracking-log lines
and what was written, counted line by line.
"""

import gzip
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count, pairwise
from pathlib import Path
from random import Random

import numpy as np

from studium.simulate.courses.facts import (
    DISPLACED,
    LATE,
    PREFIX,
    SECOND,
    TWIN_FAR,
    TWIN_NEAR,
    Fact,
)
from studium.simulate.courses.lines import LineWriter
from studium.simulate.courses.plan import Plan
from studium.simulate.courses.shards import Shard, Spill
from studium.simulate.courses.traps import BLANK_SHARE, BROKEN_SHARE, break_line, prefixed

SLICE = 50_000
"""Facts in memory at a time, per process."""

GZIP_LEVEL = 6
BATCH = 2_000

Entry = tuple[int, int, str, Fact]
"""Sort key (a time), tie breaker, form ("event", "twin", "broken", "blank"), fact."""


@dataclass(frozen=True)
class FileTask:
    """One log file: its number, the times at which its slices begin and end, and its strays."""

    plan: Plan
    number: int
    path: Path
    edges: tuple[int, ...]
    spills: tuple[Spill, ...]
    strays: tuple[Fact, ...]


@dataclass
class FileCount:
    """What a log file holds."""

    events: int = 0
    duplicates: int = 0
    blank_lines: int = 0
    raw_bytes: int = 0
    compressed_bytes: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


def plan_files(plan: Plan, shards: list[Shard], folder: Path) -> list[FileTask]:
    """Cut the time into files with about equal numbers of events, and send strays onwards."""
    times = np.sort(np.concatenate([shard.times for shard in shards]))
    end = int(times[-1]) + 1
    ranks = [plan.events * number // plan.files for number in range(plan.files + 1)]
    starts = [int(times[rank]) for rank in ranks[:-1]]
    strays: list[list[Fact]] = [[] for _ in range(plan.files)]
    for fact in sorted(fact for shard in shards for fact in shard.strays):
        own = int(np.searchsorted(starts, fact.time, side="right")) - 1
        if own + 1 < plan.files:
            strays[min(plan.files - 1, own + 1 + fact.time % 2)].append(fact)
    spills = tuple(shard.spill for shard in shards)
    tasks = []
    for number, (low, high) in enumerate(pairwise(ranks)):
        cuts = (int(times[rank]) for rank in range(low, high, SLICE))
        last = starts[number + 1] if number + 1 < plan.files else end
        path = folder / f"tracking-{number + 1:04d}.log.gz"
        edges = (*sorted({*cuts, last}), last)[:-1]
        tasks.append(FileTask(plan, number, path, edges, spills, tuple(strays[number])))
    return tasks


def write_file(task: FileTask) -> FileCount:
    """Write one log file; nothing in it depends on which process does so."""
    counted = FileCount()
    with task.path.open("wb") as raw:
        zipped = gzip.GzipFile("", "wb", GZIP_LEVEL, raw, mtime=0)
        with zipped:
            _write_lines(task, zipped, counted)
    counted.compressed_bytes = task.path.stat().st_size
    return counted


def _write_lines(task: FileTask, file: gzip.GzipFile, counted: FileCount) -> None:
    random = Random(f"{task.plan.seed}/file/{task.number}")
    writer = LineWriter(task.plan)
    batch: list[bytes] = []
    for entry in _in_order(task, random):
        batch.append(_line_of(entry, writer, random, counted))
        if len(batch) >= BATCH:
            _flush(batch, file, counted)
    _flush(batch, file, counted)


def _flush(batch: list[bytes], file: gzip.GzipFile, counted: FileCount) -> None:
    text = b"".join(batch)
    counted.raw_bytes += len(text)
    file.write(text)
    batch.clear()


def _line_of(entry: Entry, writer: LineWriter, random: Random, counted: FileCount) -> bytes:
    _, _, form, fact = entry
    if form == "blank":
        counted.blank_lines += 1
        return random.choice((b"\n", b"  \n"))
    line = writer.write(fact)
    if form == "broken":
        reason, line = break_line(line, random)
        counted.reasons[reason] += 1
        return line + b"\n"
    is_twin = form == "twin"
    counted.duplicates += is_twin
    counted.events += not is_twin
    # A twin has the same JSON text; what a collector puts before it may differ.
    has_prefix = fact.marks & PREFIX and not (is_twin and fact.time % 2)
    return (prefixed(line, fact.time + is_twin) if has_prefix else line) + b"\n"


def _in_order(task: FileTask, random: Random) -> Iterator[Entry]:
    """All entries of a file in the order of their lines, slice by slice."""
    ties = count()
    start, end = task.edges[0], task.edges[-1]
    waiting: list[Entry] = []
    for stray in task.strays:
        keys = [random.randrange(start, end) for _ in range(2)]
        if stray.marks & LATE:
            waiting.append((keys[0], next(ties), "event", stray))
        if stray.marks & TWIN_FAR:
            waiting.append((keys[1], next(ties), "twin", stray))
    for low, high in pairwise(task.edges):
        facts = sorted(fact for spill in task.spills for fact in spill.read(low, high))
        waiting.extend(_entries_of(task, facts, ties, random))
        waiting.extend(_rubble(task, facts, ties, random, low == start))
        waiting.sort(key=lambda entry: entry[:2])
        ready = sum(entry[0] < high for entry in waiting)
        yield from waiting[:ready]
        del waiting[:ready]
    yield from waiting


def _entries_of(
    task: FileTask, facts: Iterable[Fact], ties: Iterator[int], random: Random
) -> Iterator[Entry]:
    """The lines of a slice's own facts; the last file keeps what has no later file to go to."""
    is_last = task.number + 1 == task.plan.files
    for fact in facts:
        marks = fact.marks
        if is_last or not marks & LATE:
            delay = random.randrange(5, 600) * SECOND if marks & DISPLACED else 0
            yield fact.time + delay, next(ties), "event", fact
        if marks & TWIN_NEAR:
            yield fact.time + random.randrange(60 * SECOND), next(ties), "twin", fact
        if marks & TWIN_FAR and is_last:
            yield fact.time + random.randrange(3600 * SECOND), next(ties), "twin", fact


def _rubble(
    task: FileTask, facts: list[Fact], ties: Iterator[int], random: Random, is_first: bool
) -> Iterator[Entry]:
    """Broken and blank lines between a slice's facts; at least one broken line per file."""
    if "broken" not in task.plan.traps or not facts:
        return
    for _ in range(max(int(is_first), round(len(facts) * BROKEN_SHARE))):
        fact = random.choice(facts)
        yield fact.time, next(ties), "broken", fact
    for _ in range(round(len(facts) * BLANK_SHARE)):
        fact = random.choice(facts)
        yield fact.time, next(ties), "blank", fact
