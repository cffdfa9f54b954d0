"""A file of events: its lines in the Parquet of their dates, the odd ones in quarantine.

Enters: a landed file. Leaves: Parquet by event date, and the outcome.
"""

from pathlib import Path

from studium.lake.formats.courses.tracking_log.files import parse_file
from studium.lake.formats.courses.tracking_log.shredding import Shredder
from studium.lake.formats.face import Advance
from studium.lake.tasks import Task, TaskOutcome

__all__ = ["parse"]

MEGABYTE = 1_000_000
MEMORY_IN_USE_MB = 50  # of DuckDB, besides the lines of one query


def parse(task: Task, out: Path, advance: Advance) -> TaskOutcome:
    """Shred the lines within half of the memory: the other half is Arrow's."""
    shredder = Shredder(task.sha256, out, task.memory_limit_mb // 2, task.threads)
    room = (task.memory_limit_mb // 2 - MEMORY_IN_USE_MB) * MEGABYTE
    parsed = parse_file(task.path, shredder, room, advance)
    counts = parsed.counts
    return TaskOutcome(
        lines=counts.lines,
        rows=counts.rows,
        damage=parsed.damage or parsed.note,
        is_partial=bool(parsed.damage),
        parts=[(str(day), name, rows) for day, name, rows in counts.parts],
        rejects=sorted(counts.rejects.items()),
        event_types=[(kind, source, rows) for (kind, source), rows in sorted(counts.types.items())],
        unknown_fields=sorted(counts.unknown_fields.items()),
    )
