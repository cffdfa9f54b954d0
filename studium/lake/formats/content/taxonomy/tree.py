"""Nodes of a tree, and what breaks one.

Enters: nodes as a file has them. Leaves: those that make a forest: a node without its parent, or on a cycle, begins a
tree of its own; a second parent of what is no page goes to quarantine.
"""

from collections.abc import Callable, Sequence
from datetime import date
from hashlib import blake2b
from typing import NamedTuple

from studium.lake.reading.parsed import Counts

KINDS = ("domain", "subject", "topic", "tutorial", "page")
WHOLE = "tree"
Note = Callable[[int, str, str], None]


class Node(NamedTuple):
    """A row of `taxonomy_nodes`; `part` is `tree`, or the level of a file that lists one level of it."""

    taxonomy: str
    version_date: date
    part: str
    node_id: str
    parent_id: str | None
    kind: str
    position: float | None
    title: str | None
    slug: str | None
    path: str | None
    page_id: str | None
    page_kind: str | None
    key: str | None
    source_line: int


def id_of_path(path: str) -> str:
    """The id of a node whose source gives none: equal slugs from the root on, equal id."""
    return blake2b(path.strip("/").encode(), digest_size=8).hexdigest()


def without_breaks(nodes: Sequence[Node], counts: Counts, note: Note) -> list[Node]:
    """Nodes of which each but pages has one parent, and none is its own ancestor, in the order of the file."""
    trees: dict[tuple[str, date], list[Node]] = {}
    for node in nodes:
        trees.setdefault((node.taxonomy, node.version_date), []).append(node)
    kept = [row for tree in trees.values() for row in _forest(tree, counts, note)]
    return sorted(kept, key=lambda row: row.source_line)


def _forest(nodes: Sequence[Node], counts: Counts, note: Note) -> list[Node]:
    first: dict[str, Node] = {}
    pages = []
    for node in nodes:
        if node.kind == "page":
            pages.append(node)
        elif first.setdefault(node.node_id, node) is not node:
            reason = "second_parent" if node.parent_id != first[node.node_id].parent_id else "twice"
            told = f"{node.node_id} stands below {first[node.node_id].parent_id}, too"
            counts.reject(node.source_line, reason, told, node.node_id.encode())
    ends = _ends(first)
    above = [_mended(node, first, ends, note) for node in first.values()]
    return above + [node for node in pages if _has_place(node, first, counts)]


def _ends(nodes: dict[str, Node]) -> set[str]:
    """Of each cycle the node that stands first in the file."""
    ends: set[str] = set()
    done: set[str] = set()
    for start in nodes:
        walked: dict[str, None] = {}
        at: str | None = start
        while at in nodes and at not in done and at not in walked:
            walked[at] = None
            at = nodes[at].parent_id
        if at in walked:
            cycle = list(walked)[list(walked).index(at) :]
            ends.add(min(cycle, key=lambda node: nodes[node].source_line))
        done.update(walked)
    return ends


def _mended(node: Node, nodes: dict[str, Node], ends: set[str], note: Note) -> Node:
    """A parent that is not there, or lies below the node itself, is none."""
    if node.parent_id is None:
        return node
    is_elsewhere = node.part != WHOLE and node.parent_id not in nodes
    if node.node_id in ends or not (node.parent_id in nodes or is_elsewhere):
        note(node.source_line, "parent_id", node.parent_id)
        return node._replace(parent_id=None)
    return node


def _has_place(page: Node, nodes: dict[str, Node], counts: Counts) -> bool:
    """A page that lies in no node of the file is seen in no tutorial."""
    if page.parent_id in nodes:
        return True
    told = f"{page.node_id} lies in {page.parent_id}, which is no node"
    counts.reject(page.source_line, "no_parent", told, page.node_id.encode())
    return False
