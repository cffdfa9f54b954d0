"""What a child process does with one landed file: parse it and put its Parquet into the lake.

Enters: a `Task`. Leaves: lake/events/event_date=…/<sha256>-0000.parquet or lake/dumps/<table>/dump_date=…/ and its
personal part, lake/quarantine/<sha256>.parquet, and an outcome for the ledger. Files appear by rename, so a killed
child leaves at most a temporary folder.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from studium.lake.checksums import checksum_of, sha256_of
from studium.lake.raw_bytes import sync_folder
from studium.lake.reading.rejects import FILE as REJECTS
from studium.lake.registry import FORMATS
from studium.lake.tasks import Task, TaskOutcome

LAND_AGAIN = "land the file again from where it came: studium land PATH"


def parse_task(task: Task, advance: Callable[[int], None]) -> TaskOutcome:
    """Parse a file by its format; a failure where the landing does not have the bytes that were landed."""
    if not task.path.exists():
        return TaskOutcome(
            failure=f"its raw bytes are gone from the landing ({task.path}); {LAND_AGAIN}"
        )
    if task.is_again and sha256_of(task.path) != task.content:
        return TaskOutcome(
            failure=f"its raw bytes in the landing changed ({task.path}); {LAND_AGAIN}"
        )
    known = FORMATS.get(task.format)
    if known is None:
        return TaskOutcome(failure=f"this Studium has no format {task.format}")
    temporary = task.lake / f".tmp-{os.getpid()}-{task.sha256}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        outcome = known.parse(task, temporary, advance)
        outcome.parser_version = known.version
        outcome.lake_files = _publish_parts(task, temporary, outcome)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return outcome


def _publish_parts(task: Task, temporary: Path, outcome: TaskOutcome) -> list[tuple[str, int, str]]:
    """Move the Parquet into the lake; returns (path below the lake, bytes, checksum) of each file."""
    names = [f"events/event_date={day}/{name}" for day, name, _ in outcome.parts]
    names += [f"{folder}/dump_date={day}/{name}" for folder, day, name, _ in outcome.dump_parts]
    moves = [(temporary / name, name) for name in names]
    if (temporary / REJECTS).exists():
        moves.append((temporary / REJECTS, f"quarantine/{task.sha256}.parquet"))
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
