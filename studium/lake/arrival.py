"""Landing: raw files become rows of the lake, each exactly once.

Enters: raw files of the sources. Leaves: raw bytes in the landing, Parquet in the lake, and the ledger's account of
every line. A run killed anywhere and started again ends like one that was not.
"""

import shutil
import sqlite3
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studium.config import Workspace
from studium.errors import FullDiskError, StudiumError, says_full_disk
from studium.lake.landing import Stored, begins_with, landing_path, store_file
from studium.lake.ledger import COUNTED, forget_lines, now, open_ledger, record_parsed
from studium.lake.partitions import refresh_partitions, remove_unnamed
from studium.lake.workers import Pool, Task
from studium.progress import Progress, Silent
from studium.sources import RawFile

MEGABYTE = 1_000_000
# Retracted, or the earlier version of a file that was.
TAKEN_BACK = (
    "(state = 'retracted' or exists (select 1 from files as longer"
    " where longer.sha256 = files.superseded_by and longer.state = 'retracted'))"
)


@dataclass(frozen=True)
class LandedFile:
    """A file that was read in this run: its lines are rows plus quarantined."""

    path: str
    sha256: str
    state: str
    lines: int
    rows: int
    quarantined: int
    damage: str | None


@dataclass
class LandReport:
    """What one landing did. `ignored` and `failed` hold (path, reason); `dates` the event dates that changed."""

    landed: list[LandedFile] = field(default_factory=list)
    unchanged: int = 0
    recognised: list[tuple[str, str]] = field(default_factory=list)
    superseded: list[str] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)


def land(
    workspace: Workspace, files: Iterable[RawFile], progress: Progress | None = None
) -> LandReport:
    """Land files, parse what is new, and find its duplicates.

    Quarantined lines are reported, not raised. A file that cannot be read is in `failed`; the others still land.
    Raises StudiumError where none of the named files can hold an event.
    """
    progress = progress or Silent()
    report = LandReport()
    _clean_up(workspace)
    new = _new_files(workspace, list(files), report)
    with _pool(workspace, len(new), progress) as pool:
        _store(workspace, new, report, progress)
        parse_stored(workspace, pool, report, progress)
    report.dates = refresh_partitions(workspace)
    remove_unnamed(workspace)
    return report


def _clean_up(workspace: Workspace) -> None:
    """Leftovers of a killed run."""
    leftovers = [*workspace.lake.glob(".tmp-*"), *workspace.scratch.glob("storing-*")]
    leftovers += workspace.lake.glob("duplicates/*/*.tmp")
    for leftover in leftovers:
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()


def _new_files(workspace: Workspace, files: list[RawFile], report: LandReport) -> list[RawFile]:
    """Files whose name, size and time the ledger does not know, and that can hold events."""
    from studium.lake.formats.tracking_log import looks_like_log

    with open_ledger(workspace) as ledger:
        known = {
            tuple(row)
            for row in ledger.execute(
                f"select path, origins.bytes, modified_ns, {TAKEN_BACK} from origins join files using (sha256)"
            )
        }
    new = []
    for file in files:
        facts = (str(file.path), file.bytes, file.modified_ns)
        if (*facts, 0) in known or ((*facts, 1) in known and not file.is_named):
            report.unchanged += 1
            continue
        try:
            reason = looks_like_log(file.path)
        except OSError as error:
            report.failed.append((str(file.path), f"cannot be read: {error.strerror}"))
            continue
        if reason is None or (file.is_named and reason == "no JSON object"):
            new.append(file)
        else:
            report.ignored.append((str(file.path), reason))
    _refuse_nothing(files, report, new)
    return new


def _refuse_nothing(files: list[RawFile], report: LandReport, new: list[RawFile]) -> None:
    refused = [(path, reason) for path, reason in report.ignored if _is_named(files, path)]
    if refused:
        path, reason = refused[0]
        raise StudiumError(
            f"no tracking log: the file is {reason}"
            if reason != "no JSON object"
            else "no tracking log",
            path,
            "Land files with one JSON event per line, plain or as gz, zst or bz2.",
        )
    if not new and not report.unchanged and not report.failed and report.ignored:
        raise StudiumError(
            f"no tracking log among {len(report.ignored)} files",
            str(Path(report.ignored[0][0]).parent),
            "Land a folder that holds files with one JSON event per line.",
        )


def _is_named(files: list[RawFile], path: str) -> bool:
    return any(str(file.path) == path and file.is_named for file in files)


def _store(
    workspace: Workspace, new: list[RawFile], report: LandReport, progress: Progress
) -> None:
    """Copy the raw bytes, a few files at a time, and record them."""
    progress.start("store", sum(file.bytes for file in new) / MEGABYTE, "MB")
    with open_ledger(workspace) as ledger:
        sizes = _sizes_that_may_grow(ledger)

    def store(file: RawFile) -> Stored | StudiumError:
        try:
            return store_file(workspace, file.path, sizes)
        except StudiumError as error:
            return error

    with ThreadPoolExecutor(workspace.settings.landing.processes) as pool:
        for file, stored in zip(new, pool.map(store, new), strict=True):
            _record(workspace, file, stored, report)
            progress.advance(file.bytes / MEGABYTE)
    progress.finish()


def _record(
    workspace: Workspace, file: RawFile, stored: Stored | StudiumError, report: LandReport
) -> None:
    if isinstance(stored, StudiumError):
        report.failed.append((str(file.path), stored.problem))
        return
    longer = _longer_version(workspace, file, stored)
    with open_ledger(workspace) as ledger:
        _record_stored(ledger, file, stored, report)
        if longer is None:
            _mark_shorter_versions(ledger, stored)
        else:
            _mark_superseded(ledger, stored.sha256, longer)


def _sizes_that_may_grow(ledger: sqlite3.Connection) -> list[int]:
    rows = ledger.execute(
        f"select distinct bytes from files where state in {COUNTED} and bytes > 0"
    )
    return [row[0] for row in rows]


def _record_stored(
    ledger: sqlite3.Connection, file: RawFile, stored: Stored, report: LandReport
) -> None:
    known = ledger.execute(
        f"select {TAKEN_BACK} as is_taken_back from files where sha256 = ?", (stored.sha256,)
    ).fetchone()
    if known is None:
        ledger.execute(
            "insert into files (sha256, bytes, compression, state, landed_at) values (?, ?, ?, 'stored', ?)",
            (stored.sha256, stored.bytes, stored.compression, now()),
        )
    elif known["is_taken_back"] and file.is_named:
        ledger.execute(
            "update files set state = 'stored', superseded_by = null where sha256 = ?",
            (stored.sha256,),
        )
    else:
        report.recognised.append((str(file.path), stored.sha256))
    ledger.execute(
        "insert or replace into origins values (?, ?, ?, ?, ?)",
        (str(file.path), stored.sha256, file.bytes, file.modified_ns, now()),
    )


def _mark_superseded(ledger: sqlite3.Connection, sha256: str, longer: str) -> None:
    ledger.execute(
        "update files set state = 'superseded', superseded_by = ? where sha256 = ? and state = 'stored'",
        (longer, sha256),
    )


def _mark_shorter_versions(ledger: sqlite3.Connection, stored: Stored) -> None:
    """Of two versions of a growing file the longer counts; the shorter is found by its bytes.

    The shorter one is only marked here; it steps back when the longer one is parsed.
    """
    for size, sha256 in stored.prefixes.items():
        ledger.execute(
            f"update files set superseded_by = ? where sha256 = ? and bytes = ? and state in {COUNTED}"
            " and sha256 <> ?",
            (stored.sha256, sha256, size, stored.sha256),
        )


def _longer_version(workspace: Workspace, file: RawFile, stored: Stored) -> str | None:
    """The hash of a counted file of the same name that begins with all bytes of this one."""
    with open_ledger(workspace) as ledger:
        longer = ledger.execute(
            "select distinct files.sha256, compression from files join origins using (sha256)"
            f" where state in {COUNTED} and files.bytes > ? and path like ?",
            (stored.bytes, "%/" + file.path.name),
        ).fetchall()
    for row in longer:
        path = landing_path(workspace, row["sha256"], row["compression"])
        if path.exists() and begins_with(path, stored):
            return str(row["sha256"])
    return None


def parse_again(workspace: Workspace, files: list[str], progress: Progress) -> LandReport:
    """Parse landed files, named by their hash, with the rules of this version."""
    report = LandReport()
    with open_ledger(workspace) as ledger:
        for sha256 in files:
            ledger.execute("update files set state = 'stored' where sha256 = ?", (sha256,))
    with _pool(workspace, len(files), progress) as pool:
        parse_stored(workspace, pool, report, progress)
    report.dates = refresh_partitions(workspace)
    return report


def _pool(workspace: Workspace, files: int, progress: Progress) -> Pool:
    landing = workspace.settings.landing
    return Pool(
        landing.processes,
        landing.memory_limit_mb,
        advance=lambda count: progress.advance(count / MEGABYTE),
        expected=files,
    )


def parse_stored(workspace: Workspace, pool: Pool, report: LandReport, progress: Progress) -> None:
    """Parse every file that the ledger knows as stored or failed, also those of a run that was killed.

    A file that fails blocks publishing until the next landing reads it, or it is retracted. Raises FullDiskError
    where there was no room for the rows of one.
    """
    with open_ledger(workspace) as ledger:
        rows = ledger.execute(
            "select sha256, bytes, compression from files where state in ('stored', 'failed') order by bytes desc"
        ).fetchall()
    tasks = [_task(workspace, row) for row in rows]
    progress.start("parse", sum(row["bytes"] for row in rows) / MEGABYTE, "MB")
    failed = _parse(workspace, pool, tasks, report)
    progress.finish()
    with open_ledger(workspace) as ledger:
        for task, reason in failed:
            ledger.execute(
                "update files set state = 'failed', damage = ? where sha256 = ?",
                (reason, task.sha256),
            )
            report.failed.append((_name_of(ledger, task.sha256), reason))
    full = [reason for _, reason in failed if says_full_disk(reason)]
    if full:
        raise FullDiskError(workspace.root, full[0])


def _task(workspace: Workspace, row: sqlite3.Row) -> Task:
    landing = workspace.settings.landing
    return Task(
        row["sha256"],
        landing_path(workspace, row["sha256"], row["compression"]),
        workspace.lake,
        landing.memory_limit_mb,
        landing.time_limit_seconds,
    )


def _parse(
    workspace: Workspace, pool: Pool, tasks: list[Task], report: LandReport
) -> list[tuple[Task, str]]:
    failed = []
    for ended in pool.run(tasks):
        if ended.outcome is None:
            failed.append((ended.task, ended.failure))
            continue
        with open_ledger(workspace) as ledger:
            record_parsed(ledger, ended.task.sha256, ended.outcome)
            report.superseded += _step_back(ledger, ended.task.sha256, ended.outcome["state"])
            report.landed.append(_landed(ledger, ended.task.sha256, ended.outcome))
    return failed


def _step_back(ledger: sqlite3.Connection, sha256: str, state: str) -> list[str]:
    """Shorter versions of a file stop counting once it is parsed; a partial one replaces only its own prefixes."""
    marked = ledger.execute(
        f"select sha256, state from files where superseded_by = ? and state in {COUNTED}", (sha256,)
    ).fetchall()
    stepped = []
    for row in marked:
        if state == "landed" or row["state"] == "partial":
            forget_lines(ledger, row["sha256"])
            ledger.execute(
                "update files set state = 'superseded' where sha256 = ?", (row["sha256"],)
            )
            stepped.append(_name_of(ledger, row["sha256"]))
    return stepped


def _landed(ledger: sqlite3.Connection, sha256: str, outcome: dict[str, Any]) -> LandedFile:
    return LandedFile(
        _name_of(ledger, sha256),
        sha256,
        outcome["state"],
        outcome["lines"],
        outcome["rows"],
        sum(lines for _, lines in outcome["rejects"]),
        outcome["damage"],
    )


def _name_of(ledger: sqlite3.Connection, sha256: str) -> str:
    row = ledger.execute(
        "select path from origins where sha256 = ? order by seen_at, path limit 1", (sha256,)
    ).fetchone()
    return str(row["path"]) if row else sha256
