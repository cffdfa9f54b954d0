"""A file of one table.

Enters: a landed file and the table it holds. Leaves: the Parquet of its rows, and its outcome.
"""

from pathlib import Path

from studium.lake.formats.courses.dump.rows import PlatformRows
from studium.lake.formats.face import Advance
from studium.lake.reading.sink import read_into_tables
from studium.lake.reading.tables.files import TableFile, read_table
from studium.lake.tasks import Task, TaskOutcome

__all__ = ["parse"]


def parse(task: Task, out: Path, advance: Advance) -> TaskOutcome:
    """Read the table; one that nobody declares keeps its columns as text."""
    file = task.delivered
    if file is None:
        raise ValueError("a table is read from deliveries only")
    described = TableFile(file.dataset or "", file.scope, file.may_drift, PlatformRows)
    return read_into_tables(task, out, lambda sink: read_table(task.path, described, sink, advance))
