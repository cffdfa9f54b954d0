"""Answers of one resource of the catalogue.

Enters: a landed file. Leaves: the Parquet of its rows, and its outcome.
"""

from pathlib import Path

from studium.lake.formats.courses.catalogue.answers import RESOURCES, read_answers
from studium.lake.formats.face import Advance
from studium.lake.reading.sink import read_into_tables
from studium.lake.tasks import Task, TaskOutcome

__all__ = ["parse"]


def parse(task: Task, out: Path, advance: Advance) -> TaskOutcome:
    """Read all records; what the resource gives is there without one, too."""
    resource = (task.delivered and task.delivered.dataset) or ""
    _, promised = RESOURCES[resource]
    outcome = read_into_tables(
        task, out, lambda sink: read_answers(task.path, resource, sink), promised
    )
    advance(task.path.stat().st_size)
    return outcome
