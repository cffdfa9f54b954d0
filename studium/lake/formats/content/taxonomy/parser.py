"""A taxonomy as a file: CSV, or JSON as Khan Academy wrote it.

Enters: a landed file. Leaves: the Parquet of its nodes, and its outcome. What breaks the tree costs the one node.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from studium.lake.archives.decompression import plain_blocks
from studium.lake.formats.content.taxonomy.khan import khan_nodes
from studium.lake.formats.content.taxonomy.lines import nodes_of_lines
from studium.lake.formats.content.taxonomy.tree import Node, without_breaks
from studium.lake.formats.face import Advance
from studium.lake.reading.documents import records_of
from studium.lake.reading.parsed import Counts, table_of
from studium.lake.reading.sink import Sink, read_into_tables
from studium.lake.tasks import Task, TaskOutcome

__all__ = ["parse", "read_taxonomy"]

BATCH_ROWS = 20_000
DATASET = "taxonomy_nodes"


def parse(task: Task, out: Path, advance: Advance) -> TaskOutcome:
    """Read the nodes of one file; the day of the delivery is the version of what names none."""
    if task.delivered is None:
        raise ValueError(f"a file of {task.format} is a delivery")
    version = date.fromisoformat(task.delivered.dump_date)
    outcome = read_into_tables(
        task, out, lambda sink: read_taxonomy(task.path, version, sink), (DATASET,)
    )
    advance(task.path.stat().st_size)
    return outcome


def read_taxonomy(path: Path, version: date, sink: Sink) -> Counts:
    """Write the nodes of a file. A record of the account is a node or a fault."""
    counts = Counts()
    found = list(_nodes(path, version, counts))
    kept = without_breaks(found, counts, sink.note_odd)
    for start in range(0, len(kept), BATCH_ROWS):
        rows = [row._asdict() for row in kept[start : start + BATCH_ROWS]]
        sink(DATASET, table_of(DATASET, rows))
    counts.rows = len(kept)
    counts.lines = counts.rows + len(counts.rejects)
    return counts


def _nodes(path: Path, version: date, counts: Counts) -> Iterator[Node]:
    first = next(iter(plain_blocks(path)), b"").removeprefix(b"\xef\xbb\xbf").lstrip()
    if first[:1] in {b"[", b"{"}:
        return khan_nodes(records_of(path, counts), version, counts)
    return nodes_of_lines(plain_blocks(path), version, counts)
