"""How the lake stands: counts of files, lines, events and rejects, and whether they add up.

Enters: the ledger. Leaves: `LakeStatus`, `Mismatch`es, inputs, types.
"""

import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field

from studium.config import Workspace
from studium.lake.ledger import COUNTED, read_ledger
from studium.lake.registry import AREAS, EVENT_FORMAT
from studium.vocabulary import InputFile, OddColumn

_AREAS = {name: area.name for area in AREAS.values() for name in area.formats}


@dataclass(frozen=True)
class LakeStatus:
    """The lake in figures; `by_date` maps an event date to its events, `rejects` a reason to its lines.

    `odd_values` are values, not lines: each is NULL in a row that counts.
    `ignored` maps the path of a file that is no log to the reason.
    """

    files: list[InputFile] = field(default_factory=list)
    lines: int = 0
    events: int = 0
    duplicates: int = 0
    quarantined: int = 0
    skipped: int = 0
    by_date: dict[str, int] = field(default_factory=dict)
    rejects: dict[str, int] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)
    table_rows: int = 0
    odd_values: int = 0


@dataclass(frozen=True)
class Mismatch:
    """A file or date whose account is off; `fix` is the next command."""

    where: str
    problem: str
    fix: str


def status(workspace: Workspace) -> LakeStatus:
    """Figures of the counted files; duplicates across files count with the file that is not the first by hash."""
    with read_ledger(workspace) as ledger:
        files = _inputs(ledger, f"state in {COUNTED}")
        by_date = ledger.execute(
            "select event_date, rows - duplicate_rows from partitions order by 1"
        )
        rejects = ledger.execute(
            f"select reason, sum(rejects.lines) from rejects join files using (sha256) where state in {COUNTED}"
            " group by 1 order by 2 desc, 1"
        )
        return LakeStatus(
            files,
            sum(file.lines for file in files),
            sum(file.events for file in files),
            sum(file.duplicates for file in files),
            sum(file.quarantined for file in files),
            sum(file.skipped for file in files),
            dict(by_date.fetchall()),
            dict(rejects.fetchall()),
            dict(ledger.execute("select path, reason from ignored order by 1").fetchall()),
            sum(file.table_rows for file in files),
            sum(column.times for file in files for column in file.odd),
        )


def inputs(workspace: Workspace) -> list[InputFile]:
    """The files that count, in the order of their names."""
    return status(workspace).files


def waiting(workspace: Workspace) -> list[InputFile]:
    """Files that are stored but whose lines the lake does not hold: failed, or of a killed run."""
    with read_ledger(workspace) as ledger:
        return _inputs(ledger, "state in ('stored', 'failed')")


def event_types(workspace: Workspace) -> list[tuple[str, str, int]]:
    """(event type, source, lines) of all counted files, most frequent first; server requests are one type."""
    with read_ledger(workspace) as ledger:
        rows = ledger.execute(
            "select event_type, event_source, sum(event_types.rows) from event_types join files using (sha256)"
            f" where state in {COUNTED} group by 1, 2 order by 3 desc, 1, 2"
        )
        return [tuple(row) for row in rows]


def unknown_fields(workspace: Workspace) -> list[tuple[str, int]]:
    """(top-level field, lines) that no column holds; their values are in `extra`."""
    with read_ledger(workspace) as ledger:
        rows = ledger.execute(
            "select field, sum(unknown_fields.rows) from unknown_fields join files using (sha256)"
            f" where state in {COUNTED} group by 1 order by 2 desc, 1"
        )
        return [tuple(row) for row in rows]


def _inputs(ledger: sqlite3.Connection, condition: str) -> list[InputFile]:
    rows = ledger.execute(
        "select (select min(path) from origins where origins.sha256 = files.sha256) as path, sha256, bytes, state,"
        " landed_at, lines, files.rows, skipped, damage, coalesce(content, sha256) as content,"
        " coalesce(format, ?) as format, dataset, scope, scope_id, dump_date,"
        " (select coalesce(sum(rejects.lines), 0) from rejects where rejects.sha256 = files.sha256) as quarantined,"
        " (select coalesce(sum(duplicates.rows), 0) from duplicates where duplicates.sha256 = files.sha256)"
        f" as duplicates from files left join deliveries using (sha256) where {condition} order by path, sha256",
        (EVENT_FORMAT.name,),
    ).fetchall()
    odd: dict[str, list[OddColumn]] = defaultdict(list)
    found = ledger.execute("select name, times, line, value, sha256 from odd_values order by 1, 5")
    for *facts, sha256 in found.fetchall():
        odd[sha256].append(OddColumn(*facts))
    return [_input_file(row, odd[row["sha256"]]) for row in rows]


def _input_file(row: sqlite3.Row, odd: list[OddColumn]) -> InputFile:
    is_log = row["format"] == EVENT_FORMAT.name
    return InputFile(
        path=row["path"],
        sha256=row["sha256"],
        bytes=row["bytes"],
        state=row["state"],
        landed_at=row["landed_at"],
        lines=row["lines"],
        events=row["rows"] - row["duplicates"] if is_log else 0,
        duplicates=row["duplicates"],
        quarantined=row["quarantined"],
        skipped=row["skipped"],
        damage=row["damage"],
        table_rows=0 if is_log else row["rows"],
        content=row["content"],
        format=row["format"],
        dataset=row["dataset"],
        course_id=row["scope_id"] if row["scope"] == "course" else None,
        scope=row["scope"],
        scope_id=row["scope_id"],
        dump_date=row["dump_date"],
        area=_AREAS.get(row["format"], ""),
        odd=odd,
    )
