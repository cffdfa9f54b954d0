"""Landed files become rows of the lake: each is parsed by a child, and the ledger takes its account.

Enters: files that the ledger knows as stored or failed, or that are due again. Leaves: Parquet in the lake, and what
became of each line. The rows of a file that is parsed again stay until the new ones are there.
"""

import sqlite3
from dataclasses import dataclass, field

from studium.config import Workspace
from studium.errors import FullDiskError, says_full_disk
from studium.lake.health.soundness import Damage
from studium.lake.ledger import COUNTED, forget_lines, open_ledger, record_parsed
from studium.lake.partitions import refresh_partitions, remove_unnamed
from studium.lake.raw_bytes import landing_path
from studium.lake.registry import EVENT_FORMAT
from studium.lake.tasks import Delivered, Task, TaskOutcome
from studium.lake.workers import Pool
from studium.progress import Progress
from studium.vocabulary import Scope

MEGABYTE = 1_000_000
MOST_OF_A_FAILURE = 500


@dataclass(frozen=True)
class LandedFile:
    """A file that was read in this run: its lines are rows plus quarantined plus skipped.

    `damage` says why a partial one ends early, or what followed the end of a whole one. A file of a data package
    has a format, the day of its dump, and a scope; `scope_id` is None for the whole site.
    """

    path: str
    sha256: str
    state: str
    lines: int
    rows: int
    quarantined: int
    damage: str | None
    skipped: int = 0
    format: str = EVENT_FORMAT.name
    dataset: str | None = None
    scope: str | None = None
    scope_id: str | None = None
    dump_date: str | None = None


@dataclass
class LandReport:
    """What one landing did. `ignored` and `failed` hold (path, reason); `dates` the event dates that changed.

    `repaired` names files of the lake that were lost or damaged, `outdated` those that an older version wrote; they
    are made again from the raw files in `read_again`, named by their hash, which are among the landed, too.
    """

    landed: list[LandedFile] = field(default_factory=list)
    unchanged: int = 0
    recognised: list[tuple[str, str]] = field(default_factory=list)
    superseded: list[str] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    read_again: list[str] = field(default_factory=list)

    def note_damage(self, damaged: list[Damage]) -> None:
        """What of the lake this landing makes again."""
        found = [damage for damage in damaged if not damage.is_raw]
        self.repaired = [str(damage.path) for damage in found if not damage.is_outdated]
        self.outdated = [str(damage.path) for damage in found if damage.is_outdated]
        self.read_again = sorted({damage.sha256 for damage in found} - {""})


def parse_again(workspace: Workspace, files: list[str], progress: Progress) -> LandReport:
    """Parse landed files, named by their hash, with the rules of this version.

    Their rows stay until the new ones are there; where the parsing fails, they stay for good.
    """
    report = LandReport()
    with open_ledger(workspace) as ledger:
        ledger.executemany("insert or ignore into due values (?)", [(file,) for file in files])
    with open_pool(workspace, len(files), progress) as pool:
        parse_stored(workspace, pool, report, progress)
    report.dates = refresh_partitions(workspace)
    remove_unnamed(workspace)
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
    """Parse every file that the ledger knows as stored, failed or due, also those of a run that was killed.

    A file that fails blocks publishing until the next landing reads it, or it is retracted. Raises FullDiskError
    where there was no room for the rows of one.
    """
    with open_ledger(workspace) as ledger:
        rows = ledger.execute(
            "select files.sha256, bytes, compression, coalesce(content, files.sha256) as content,"
            " parser_version > 0 or damage is not null as is_again,"
            " format, dataset, scope, scope_id, dump_date from files left join deliveries using (sha256)"
            " where state in ('stored', 'failed') or files.sha256 in (select sha256 from due)"
            " order by bytes desc, files.sha256"
        ).fetchall()
    tasks = [_task(workspace, row) for row in rows]
    progress.start("parse", sum(row["bytes"] for row in rows) / MEGABYTE, "MB")
    failed = _parse(workspace, pool, tasks, report)
    progress.finish()
    with open_ledger(workspace) as ledger:
        for task, reason in failed:
            _record_failed(ledger, task.sha256, reason)
            report.failed.append((_name_of(ledger, task.sha256), reason))
    full = [reason for _, reason in failed if says_full_disk(reason)]
    if full:
        raise FullDiskError(workspace.root, full[0])


def _record_failed(ledger: sqlite3.Connection, sha256: str, reason: str) -> None:
    """One that was only due keeps its rows."""
    ledger.execute("delete from due where sha256 = ?", (sha256,))
    ledger.execute(
        f"update files set state = 'failed', damage = ? where sha256 = ? and state not in {COUNTED}",
        (reason, sha256),
    )


def _task(workspace: Workspace, row: sqlite3.Row) -> Task:
    landing = workspace.settings.landing
    return Task(
        row["sha256"],
        landing_path(workspace, row["content"], row["compression"]),
        workspace.lake,
        landing.memory_limit_mb,
        landing.time_limit_seconds,
        bool(row["is_again"]),
        row["format"] or EVENT_FORMAT.name,
        _delivered(row, landing.drift == "evolve") if row["format"] else None,
    )


def _delivered(row: sqlite3.Row, may_drift: bool) -> Delivered:
    scope = Scope(row["scope"], row["scope_id"] or "")
    return Delivered(row["content"], row["dataset"], scope, row["dump_date"], may_drift)


def _parse(
    workspace: Workspace, pool: Pool, tasks: list[Task], report: LandReport
) -> list[tuple[Task, str]]:
    failed = []
    for ended in pool.run(tasks):
        failure = ended.outcome.failure if ended.outcome else ended.failure
        if ended.outcome is None or failure:
            failed.append((ended.task, _in_short(failure, ended.task)))
            continue
        with open_ledger(workspace) as ledger:
            record_parsed(ledger, ended.task.sha256, ended.outcome)
            report.superseded += _step_back(ledger, ended.task.sha256, ended.outcome.state)
            report.landed.append(_landed(ledger, ended.task.sha256, ended.outcome))
    return failed


def _in_short(failure: str, task: Task) -> str:
    """One line; DuckDB adds a page of advice where its memory was too small."""
    if "Out of Memory Error" in failure:
        return f"needs more than {task.memory_limit_mb} MB (landing.memory_limit_mb)"
    return " ".join(failure.split())[:MOST_OF_A_FAILURE]


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


def _landed(ledger: sqlite3.Connection, sha256: str, outcome: TaskOutcome) -> LandedFile:
    delivered = ledger.execute(
        "select format, dataset, scope, scope_id, dump_date from deliveries where sha256 = ?",
        (sha256,),
    ).fetchone()
    return LandedFile(
        _name_of(ledger, sha256),
        sha256,
        outcome.state,
        outcome.lines,
        outcome.rows,
        outcome.quarantined,
        outcome.damage,
        outcome.skipped,
        *(delivered or (EVENT_FORMAT.name, None, None, None, None)),
    )


def _name_of(ledger: sqlite3.Connection, sha256: str) -> str:
    row = ledger.execute(
        "select path from origins where sha256 = ? order by seen_at, path limit 1", (sha256,)
    ).fetchone()
    return str(row["path"]) if row else sha256
