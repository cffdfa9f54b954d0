"""What a child process does with one landed file: parse it and put its Parquet into the lake.

Enters: a `Task`. Leaves: lake/events/event_date=…/<sha256>-0000.parquet, lake/quarantine/<sha256>.parquet and an
outcome for the ledger. Files appear by rename, so a killed child leaves at most a temporary folder.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studium.lake.formats.tracking_log import PARSER_VERSION, ParsedFile, Shredder, parse_file
from studium.lake.landing import sync_folder
from studium.lake.workers import Task


def parse_task(task: Task, advance: Callable[[int], None]) -> dict[str, Any]:
    """Parse a file; the outcome holds state, damage, lines, rows, parts, rejects, event_types, unknown_fields."""
    temporary = task.lake / f".tmp-{os.getpid()}-{task.sha256}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        shredder = Shredder(task.sha256, temporary, task.memory_limit_mb // 2)
        parsed = parse_file(task.path, shredder, advance)
        _publish_parts(task, temporary, parsed)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return _outcome(parsed)


def _publish_parts(task: Task, temporary: Path, parsed: ParsedFile) -> None:
    folders = set()
    for event_date, name, _ in parsed.counts.parts:
        folder = f"event_date={event_date}"
        written = temporary / "events" / folder / name
        final = task.lake / "events" / folder / name
        _move(written, final)
        folders.add(final.parent)
    rejects = temporary / "rejects.parquet"
    if rejects.exists():
        final = task.lake / "quarantine" / f"{task.sha256}.parquet"
        _move(rejects, final)
        folders.add(final.parent)
    for folder_path in folders:
        sync_folder(folder_path)


def _move(written: Path, final: Path) -> None:
    final.parent.mkdir(parents=True, exist_ok=True)
    with written.open("rb") as file:
        os.fsync(file.fileno())
    written.rename(final)


def _outcome(parsed: ParsedFile) -> dict[str, Any]:
    counts = parsed.counts
    return {
        "state": "partial" if parsed.damage else "landed",
        "damage": parsed.damage,
        "parser_version": PARSER_VERSION,
        "lines": counts.lines,
        "rows": counts.rows,
        "parts": [(str(day), name, rows) for day, name, rows in counts.parts],
        "rejects": sorted(counts.rejects.items()),
        "event_types": [
            (kind, source, rows) for (kind, source), rows in sorted(counts.types.items())
        ],
        "unknown_fields": sorted(counts.unknown_fields.items()),
    }
