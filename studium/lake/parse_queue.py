"""Landed files become rows of the lake: each is parsed by a child, and the ledger takes its account.

Enters: files that the ledger knows as stored or failed, or that are due again. Leaves: Parquet in the lake, and what
became of each line. The rows of a file that is parsed again stay until the new ones are there.
"""

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from studium.config import Workspace
from studium.errors import FullDiskError, says_full_disk
from studium.lake.landing import landing_path
from studium.lake.ledger import COUNTED, forget_lines, open_ledger, record_parsed
from studium.lake.partitions import refresh_partitions
from studium.lake.workers import Pool, Task
from studium.progress import Progress

MEGABYTE = 1_000_000


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


def parse_again(workspace: Workspace, files: list[str], progress: Progress) -> LandReport:
    """Parse landed files, named by their hash, with the rules of this version."""
    report = LandReport()
    with open_ledger(workspace) as ledger:
        for sha256 in files:
            ledger.execute("update files set state = 'stored' where sha256 = ?", (sha256,))
    with open_pool(workspace, len(files), progress) as pool:
        parse_stored(workspace, pool, report, progress)
    report.dates = refresh_partitions(workspace)
    return report


def open_pool(workspace: Workspace, files: int, progress: Progress) -> Pool:
    """Children for so many files, within the limits of the settings."""
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
