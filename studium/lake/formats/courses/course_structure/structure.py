"""The blocks of one course, from the root down.

Enters: a JSON object. Leaves: rows in the order of the outline, blocks that hang nowhere at the end.
"""

from typing import Any

import orjson
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import UsageKey

from studium.lake.formats.courses.course_structure.outline import (
    StructureOutline,
    children_of,
    usage_key,
)
from studium.lake.formats.courses.keys import course_of
from studium.lake.formats.courses.olx.blocks import text_of
from studium.lake.formats.courses.olx.dates import utc_time
from studium.lake.formats.courses.olx.names import repaired
from studium.lake.reading.parsed import Counts

Row = dict[str, Any]
Step = tuple[str, str | None, int, int]  # block, parent, position, depth
CATEGORY = ("category", "type", "block_type")
DETAIL_BYTES = 64 * 1024


def structure_rows(
    document: dict[str, Any], package_course_id: str | None, line_no: int, counts: Counts
) -> list[Row]:
    """Rows of course_structure_blocks; the first way down to a block is the one that counts.

    A block that no way leads to has no parent, position or depth.
    """
    blocks = _blocks(document, line_no, counts)
    course_id = _course_id(document, blocks, package_course_id)
    root = document.get("root")
    roots = [root] if isinstance(root, str) and root in blocks else _roots(blocks)
    outline = StructureOutline(blocks, roots)
    rows: list[Row] = []
    visited: set[str] = set()
    waiting: list[Step] = [(name, None, 1, 1) for name in reversed(roots)]
    while waiting:
        name, parent, position, depth = waiting.pop()
        if name in visited:
            continue
        visited.add(name)
        place = _place(parent, position, depth) | outline.facts(name, parent, len(rows))
        rows.append(_row(course_id, name, blocks[name], counts) | place)
        children = outline.children[name]
        below: list[Step] = [
            (child, name, number, depth + 1) for number, child in enumerate(children, start=1)
        ]
        waiting.extend(reversed(below))
        _tell_missing(blocks, name, line_no, counts)
    rows += [
        _row(course_id, name, block, counts) | {"is_root": False, **outline.missing(name)}
        for name, block in blocks.items()
        if name not in visited
    ]
    return rows


def _blocks(document: dict[str, Any], line_no: int, counts: Counts) -> dict[str, dict[str, Any]]:
    """Blocks by id: the document itself, or what it holds under `blocks`."""
    held = document.get("blocks")
    found = held if isinstance(held, dict) else document
    blocks = {}
    for name, block in found.items():
        if isinstance(block, dict) and any(key in block for key in CATEGORY):
            blocks[name] = block
        else:
            counts.reject(line_no, "no_block", name, orjson.dumps(block)[:DETAIL_BYTES])
    return blocks


def _roots(blocks: dict[str, dict[str, Any]]) -> list[str]:
    """Blocks of category course, where the document names no root."""
    return [name for name, block in blocks.items() if _category(block) == "course"]


def _course_id(
    document: dict[str, Any], blocks: dict[str, dict[str, Any]], package_course_id: str | None
) -> str | None:
    """The document's own word, else the package's, else what the keys of its blocks say."""
    named = document.get("course_id")
    text = named if isinstance(named, str) else package_course_id
    if text:
        return course_of(text).course_id
    for name in [*_roots(blocks), *blocks]:
        try:
            key = UsageKey.from_string(name)
        except InvalidKeyError:
            continue
        if key.course_key.run:
            return str(key.course_key)
        if key.block_type == "course":
            return f"{key.course_key.org}/{key.course_key.course}/{key.block_id}"
    return None


def _row(course_id: str | None, name: str, block: dict[str, Any], counts: Counts) -> Row:
    nested = block.get("metadata")
    fields: dict[str, Any] = nested if isinstance(nested, dict) else block
    rest = {key: value for key, value in fields.items() if key != "children"}
    display_name = text_of(fields.get("display_name"))
    return {
        "course_id": course_id,
        "block_id": usage_key(name),
        "category": _category(block),
        "display_name": repaired(display_name) if display_name is not None else None,
        "children": len(children_of(block)),
        "start": _date(name, fields.get("start"), counts),
        "due": _date(name, fields.get("due"), counts),
        "graded": text_of(fields.get("graded")),
        "format": text_of(fields.get("format")),
        "metadata": orjson.dumps(rest).decode(),
    }


def _place(parent: str | None, position: int, depth: int) -> Row:
    parent_id = usage_key(parent) if parent is not None else None
    return {"parent_block_id": parent_id, "position": position, "depth": depth}


def _category(block: dict[str, Any]) -> str | None:
    return next((text_of(block[key]) for key in CATEGORY if key in block), None)


def _tell_missing(
    blocks: dict[str, dict[str, Any]], name: str, line_no: int, counts: Counts
) -> None:
    for child in children_of(blocks[name]):
        if child not in blocks:
            counts.reject(line_no, "missing_block", f"{name} has the child {child}")


def _date(name: str, value: Any, counts: Counts) -> Any:
    if value is None or value == "":
        return None
    found = utc_time(value) if isinstance(value, str) else None
    if found is None:
        counts.reject(0, "bad_date", f"{name}: {value}", orjson.dumps(value))
    return found
