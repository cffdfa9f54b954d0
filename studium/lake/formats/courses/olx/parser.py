"""An archive of a course.

Enters: a landed file. Leaves: the Parquet of its rows, and its outcome.
"""

from pathlib import Path

from studium.lake.formats.courses.olx import FORMAT
from studium.lake.formats.courses.olx.exports import read_export
from studium.lake.formats.face import Advance
from studium.lake.reading.sink import read_into_tables
from studium.lake.tasks import Task, TaskOutcome

__all__ = ["parse"]


def parse(task: Task, out: Path, advance: Advance) -> TaskOutcome:
    """Read it whole; its datasets are there without a row, too."""
    file = task.delivered
    course_id = file.scope.id if file and file.scope.id else None
    promised = [dataset.name for dataset in FORMAT.datasets]
    outcome = read_into_tables(
        task, out, lambda sink: read_export(task.path, course_id, sink), promised
    )
    advance(task.path.stat().st_size)
    return outcome
