"""What a child process does with one landed file: parse it and put its Parquet into the lake.

Enters: a `Task`. Leaves: lake/events/event_date=…/<sha256>-0000.parquet or lake/dumps/<table>/dump_date=…/ and its
personal part, lake/quarantine/<sha256>.parquet, and an outcome for the ledger. Files appear by rename, so a killed
child leaves at most a temporary folder.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studium.lake.checksums import checksum_of, sha256_of
from studium.lake.formats.courses.tracking_log import ParsedFile, Shredder, parse_file
from studium.lake.formats.versions import parser_version
from studium.lake.raw_bytes import sync_folder
from studium.lake.tasks import PackageFile, Task

MEGABYTE = 1_000_000
MEMORY_IN_USE_MB = 50  # of DuckDB, besides the lines of one query
LAND_AGAIN = "land the file again from where it came: studium land PATH"


def parse_task(task: Task, advance: Callable[[int], None]) -> dict[str, Any]:
    """Parse a file; the outcome holds state, damage, lines, rows, and the tables of its lines in the ledger.

    It holds `failure` alone where the landing does not have the bytes that were landed.
    """
    if not task.path.exists():
        return {"failure": f"its raw bytes are gone from the landing ({task.path}); {LAND_AGAIN}"}
    content = task.file.content if task.file else task.sha256
    if task.is_again and sha256_of(task.path) != content:
        return {"failure": f"its raw bytes in the landing changed ({task.path}); {LAND_AGAIN}"}
    temporary = task.lake / f".tmp-{os.getpid()}-{task.sha256}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        if task.file is None:
            outcome = _outcome(_parse_log(task, temporary, advance))
        else:
            outcome = _parse_package_file(task, task.file, temporary, advance)
        written = _publish_parts(task, temporary, outcome)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return outcome | {"lake_files": written}


def _parse_log(task: Task, temporary: Path, advance: Callable[[int], None]) -> ParsedFile:
    shredder = Shredder(task.sha256, temporary, task.memory_limit_mb // 2, task.threads)
    room = (task.memory_limit_mb // 2 - MEMORY_IN_USE_MB) * MEGABYTE
    return parse_file(task.path, shredder, room, advance)


def _parse_package_file(
    task: Task, file: PackageFile, temporary: Path, advance: Callable[[int], None]
) -> dict[str, Any]:
    # A third of a child's start, which a log does not need.
    from studium.lake.formats.dispatch import origin_of, package_outcome, parse_package_file
    from studium.lake.reading.sink import Sink

    sink = Sink(origin_of(task.sha256, file), temporary)
    account = parse_package_file(task.path, file, sink, advance)
    return package_outcome(account, parser_version(file.format))


def _publish_parts(
    task: Task, temporary: Path, outcome: dict[str, Any]
) -> list[tuple[str, int, str]]:
    """Move the Parquet into the lake; returns (path below the lake, bytes, checksum) of each file."""
    names = [f"events/event_date={day}/{name}" for day, name, _ in outcome["parts"]]
    names += [f"{folder}/dump_date={day}/{name}" for folder, day, name, _ in outcome["dump_parts"]]
    moves = [(temporary / name, name) for name in names]
    if (temporary / "rejects.parquet").exists():
        moves.append((temporary / "rejects.parquet", f"quarantine/{task.sha256}.parquet"))
    written = [(name, path.stat().st_size, _synced(path)) for path, name in moves]
    for path, name in moves:
        (task.lake / name).parent.mkdir(parents=True, exist_ok=True)
        path.rename(task.lake / name)
    for folder in {(task.lake / name).parent for _, name in moves}:
        sync_folder(folder)
    return written


def _synced(path: Path) -> str:
    """Make the bytes of a file survive a power cut; returns their checksum."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return checksum_of(path)


def _outcome(parsed: ParsedFile) -> dict[str, Any]:
    counts = parsed.counts
    return {
        "state": "partial" if parsed.damage else "landed",
        "damage": parsed.damage or parsed.note,
        "parser_version": parser_version("tracking_log"),
        "lines": counts.lines,
        "rows": counts.rows,
        "parts": [(str(day), name, rows) for day, name, rows in counts.parts],
        "rejects": sorted(counts.rejects.items()),
        "event_types": [
            (kind, source, rows) for (kind, source), rows in sorted(counts.types.items())
        ],
        "unknown_fields": sorted(counts.unknown_fields.items()),
        "dump_parts": [],
        "skips": [],
        "notes": [],
    }
