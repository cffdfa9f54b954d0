"""A taxonomy as CSV: a node per line, columns by their names, in any case and order.

Enters: the bytes of content_nodes.csv. Leaves: nodes; a line without a node, a kind or a place goes to quarantine.
"""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from studium.lake.formats.content.taxonomy.tree import KINDS, WHOLE, Node, id_of_path
from studium.lake.reading.parsed import Counts

UNNAMED = "content"


def nodes_of_lines(blocks: Iterable[bytes], version: date, counts: Counts) -> Iterator[Node]:
    """A node per line. A page without `page_id` is its own page; it may have a line for each of its parents."""
    text = b"".join(blocks).decode("utf-8-sig", errors="replace").replace("\0", "")
    lines = csv.reader(io.StringIO(text, newline=""))
    names = [name.strip().casefold() for name in next(lines, [])]
    for fields in lines:
        if not any(fields):
            continue
        values = {
            name: value.strip() for name, value in zip(names, fields, strict=False) if value.strip()
        }
        problem = _problem(values, len(fields), len(names))
        if problem:
            counts.reject(lines.line_num, *problem, ",".join(fields).encode())
        else:
            yield _node(values, version, lines.line_num)


def _problem(values: Mapping[str, str], fields: int, names: int) -> tuple[str, str] | None:
    """Reason and detail of a line that gives no node."""
    if fields > names:
        return "wrong_number_of_fields", f"{fields} fields, {names} names"
    if not values.keys() & {"node_id", "path"}:
        return "no_key", "neither node_id nor path"
    if values.get("kind", "").casefold() not in KINDS:
        return "bad_kind", f"kind {values.get('kind')} is none of {', '.join(KINDS)}"
    if "version_date" in values and _day(values["version_date"]) is None:
        return "bad_date", f"version_date: {values['version_date']}"
    if "position" in values and _number(values["position"]) is None:
        return "bad_value", f"position: {values['position']}"
    return None


def _node(values: Mapping[str, str], version: date, line: int) -> Node:
    node_id = values.get("node_id") or id_of_path(values["path"])
    kind = values["kind"].casefold()
    path = values.get("path")
    above = path.strip("/").rpartition("/")[0] if path and "node_id" not in values else ""
    return Node(
        taxonomy=values.get("taxonomy", UNNAMED),
        version_date=_day(values.get("version_date", "")) or version,
        part=WHOLE,
        node_id=node_id,
        parent_id=values.get("parent_id") or (id_of_path(above) if above else None),
        kind=kind,
        position=_number(values.get("position", "")),
        title=values.get("title"),
        slug=values.get("slug"),
        path=path,
        page_id=values.get("page_id", node_id) if kind == "page" else None,
        page_kind=None,
        key=None,
        source_line=line,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
