"""A file of statements.

Enters: a landed file. Leaves: the Parquet of all its tables, and its outcome.
"""

from pathlib import Path

from studium.lake.formats.courses.sql_dump.databases import read_database
from studium.lake.formats.face import Advance
from studium.lake.reading.sink import read_into_tables
from studium.lake.tasks import Task, TaskOutcome

__all__ = ["parse"]


def parse(task: Task, out: Path, advance: Advance) -> TaskOutcome:
    """Read all tables."""
    file = task.delivered
    if file is None:
        raise ValueError("a database is read from deliveries only")
    return read_into_tables(
        task,
        out,
        lambda sink: read_database(task.path, (file.scope, file.may_drift), sink, advance),
    )
