"""The cross-enrolment network as GraphML, for Gephi, Cytoscape, igraph and NetworkX.

Enters: course_coenrollment of an open release. Leaves: an undirected graph: a node per course with its learners, an
edge per pair with the learners that it shares.
"""

from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from studium.errors import MisuseError
from studium.publish.exports.files import Stream
from studium.publish.exports.formats import FileFormat
from studium.publish.exports.rows.selections import Selection
from studium.publish.release import OpenRelease, quoted

NETWORK = "course_coenrollment"
_EDGE = ("course_id", "other_course_id", "shared_learners", "jaccard")
_NODE = ("course_id", "learners"), ("other_course_id", "other_learners")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="learners" for="node" attr.name="learners" attr.type="long"/>
  <key id="weight" for="edge" attr.name="weight" attr.type="long"/>
  <key id="jaccard" for="edge" attr.name="jaccard" attr.type="double"/>
"""


def write_network(
    release: OpenRelease, selection: Selection, stream: Stream, advance: Callable[[float], None]
) -> dict[str, str]:
    """Write the graph; raises MisuseError for another table, or when columns were left out."""
    needed = {*_EDGE, *(name for pair in _NODE for name in pair)}
    has_all = needed <= {column.name for column in selection.columns}
    if selection.table.name != NETWORK or not has_all:
        raise MisuseError(
            "GraphML is the format of a network, and of all its columns",
            f"table {selection.table.name}",
            f"Export the network: studium export {NETWORK} --format graphml",
        )
    stream.write(f"{_HEAD}  <graph id={quoteattr(release.release.id)}".encode())
    stream.write(b' edgedefault="undirected">\n')
    for line in _nodes(release, selection):
        stream.write(line.encode())
    for source, target, shared, jaccard in _rows(release, selection, _EDGE):
        edge = f"    <edge source={quoteattr(source)} target={quoteattr(target)}>"
        data = f'<data key="weight">{shared}</data><data key="jaccard">{jaccard!r}</data></edge>\n'
        stream.write(f"{edge}{data}".encode())
        advance(1.0)
    stream.write(b"  </graph>\n</graphml>\n")
    return {}


def _nodes(release: OpenRelease, selection: Selection) -> Iterator[str]:
    learners = {
        str(course): number
        for columns in _NODE
        for course, number in _rows(release, selection, columns)
    }
    for course in sorted(learners):
        data = f'<data key="learners">{escape(str(learners[course]))}</data>'
        yield f"    <node id={quoteattr(course)}>{data}</node>\n"


def _rows(
    release: OpenRelease, selection: Selection, names: tuple[str, ...]
) -> Iterator[tuple[Any, ...]]:
    columns = tuple(column for column in selection.columns if column.name in names)
    query = selection._replace(columns=columns).query([quoted(column.name) for column in columns])
    for batch in release.batches(query, selection.values):
        rows = batch.to_pydict()
        yield from zip(*(rows[name] for name in names), strict=True)


GRAPHML = FileFormat(
    "GraphML",
    ".graphml",
    write_network,
    "An undirected graph: a node per course with its `learners`, an edge per row with the shared learners as "
    "`weight`.",
)
