"""Where the blocks of a course hang: their parents, the shortest way down to each, and the names on the first one.

Enters: blocks by id, the roots. Leaves: columns of course_structure_blocks; ids are canonical, lists joined by spaces.
"""

from collections import defaultdict, deque
from typing import Any

from studium.lake.formats.courses.keys import module_of
from studium.lake.formats.courses.olx.blocks import text_of

Block = dict[str, Any]
NAMES_BETWEEN = " / "


def usage_key(name: str) -> str:
    """The canonical key of a block."""
    return module_of(name, None, None).module_id


def children_of(block: Block) -> list[str]:
    """The children that a block names, described or not."""
    children = block.get("children")
    if not isinstance(children, list):
        return []
    return [child for child in children if isinstance(child, str)]


class StructureOutline:
    """The ways from the roots to each block; a block may hang in several places."""

    def __init__(self, blocks: dict[str, Block], roots: list[str]) -> None:
        self._blocks = blocks
        self._roots = roots
        self.children = {
            name: [child for child in children_of(block) if child in blocks]
            for name, block in blocks.items()
        }
        self._parents: dict[str, list[str]] = defaultdict(list)
        for name, children in self.children.items():
            for child in dict.fromkeys(children):
                self._parents[child].append(name)
        self._nearest = self._shortest_ways()
        self._names: dict[str, str] = {}

    def facts(self, name: str, parent: str | None, index: int) -> Block:
        """Columns of a block that was reached first from `parent`, as number `index` (from 0).

        Call it in the order of the walk: a block's names are those of its parent and the parent's own.
        """
        names = [self._names[parent], self._display_name(parent)] if parent is not None else []
        self._names[name] = NAMES_BETWEEN.join(filter(None, names))
        reached = [one for one in self._parents[name] if one in self._nearest]
        return {
            "outline_index": index,
            "is_root": name in self._roots,
            "outline_names": self._names[name],
            "ancestors": _joined(self._ancestors(name)),
            "parents": _joined(reached),
            **self.missing(name),
        }

    def missing(self, name: str) -> Block:
        """The children that a block names and nothing describes."""
        lost = [child for child in children_of(self._blocks[name]) if child not in self._blocks]
        return {"missing_children": _joined(lost)}

    def _shortest_ways(self) -> dict[str, str | None]:
        """The nearest parent of each block that a way leads to; of equally near ones the first."""
        nearest: dict[str, str | None] = dict.fromkeys(self._roots)
        waiting = deque(self._roots)
        while waiting:
            name = waiting.popleft()
            for child in self.children[name]:
                if child not in nearest:
                    nearest[child] = name
                    waiting.append(child)
        return nearest

    def _ancestors(self, name: str) -> list[str]:
        ancestors = []
        parent = self._nearest[name]
        while parent is not None:
            ancestors.append(parent)
            parent = self._nearest[parent]
        return ancestors[::-1]

    def _display_name(self, name: str) -> str:
        block = self._blocks[name]
        nested = block.get("metadata")
        fields = nested if isinstance(nested, dict) else block
        return text_of(fields.get("display_name")) or ""


def _joined(names: list[str]) -> str | None:
    return " ".join(map(usage_key, names)) or None
