"""The format of tables that are declared in a .toml and need nothing else: their files, typed as declared.

Enters: a landed file and what it was told to be. Leaves: the Parquet of its rows, and its outcome.
"""

from functools import partial
from pathlib import Path

from studium.lake.formats.face import Advance
from studium.lake.reading.sink import read_into_tables
from studium.lake.reading.tables.files import TableFile, read_table
from studium.lake.reading.tables.rows import RowWriter
from studium.lake.registry import DATASETS
from studium.lake.tasks import Task, TaskOutcome

__all__ = ["parse"]


def parse(task: Task, out: Path, advance: Advance) -> TaskOutcome:
    """Read the one table of a file."""
    file = task.delivered
    if file is None or file.dataset is None:
        raise ValueError(f"a file of {task.format} is of one declared table")
    writes = partial(RowWriter, is_escaped=DATASETS[file.dataset].is_escaped)
    described = TableFile(file.dataset, file.scope, file.may_drift, writes)
    return read_into_tables(task, out, lambda sink: read_table(task.path, described, sink, advance))
