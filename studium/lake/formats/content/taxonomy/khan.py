"""Khan Academy's tree as JSON: a list of one level (`map_tutorials.json`), or the whole of it (`topics.json`).

Enters: its records. Leaves: nodes. A level that is listed has the children of its own as pages, where they are any.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import orjson

from studium.lake.formats.content.taxonomy.tree import KINDS, WHOLE, Node
from studium.lake.reading.documents import Record
from studium.lake.reading.parsed import Counts

TAXONOMY = "khan"
ROOT = "root"
KEPT_BYTES = 64 * 1024
DEEPEST = 64
# How the site's addresses of pages spell their kind.
LETTERS = {"Video": "v", "Exercise": "e", "Article": "a", "Scratchpad": "p"}


def khan_nodes(
    records: Iterable[tuple[int, Record]], version: date, counts: Counts
) -> Iterator[Node]:
    """Nodes in the order of the file; `source_line` counts them from 1."""
    number = 0
    for place, record in records:
        is_tree = _level(record) in {"root", ""}
        part = WHOLE if is_tree else _level(record)
        for found in _walked(record, None, place, 0):
            number += 1
            if isinstance(found, str):
                counts.reject(number, "no_key", found, orjson.dumps(record)[:KEPT_BYTES])
            else:
                yield found._replace(version_date=version, part=part, source_line=number)


def _walked(record: Any, parent: Record | None, place: int, depth: int) -> Iterator[Node | str]:
    """A record and all that lies in it; text says what is wrong with one."""
    if not isinstance(record, dict) or not _text(record.get("id")) or depth > DEEPEST:
        yield "no id" if depth <= DEEPEST else f"deeper than {DEEPEST} levels"
        return
    level = _level(record)
    children = record.get("children")
    if level == "page":
        yield _node(record, parent, "page", place)
        return
    if level in KINDS:
        yield _node(record, parent, level, place)
    for number, child in enumerate(children if isinstance(children, list) else [], start=1):
        # A level that is listed by itself names the next one, whose own file has it whole.
        is_named_only = (
            isinstance(child, dict) and _level(child) != "page" and "children" not in child
        )
        if not is_named_only:
            yield from _walked(child, record, number, depth + 1)


def _node(record: Record, parent: Record | None, kind: str, place: int) -> Node:
    above = _text(record.get("parent_id")) if parent is None else _text(parent.get("id"))
    node_id = _text(record.get("id")) or ""
    is_page = kind == "page"
    return Node(
        taxonomy=TAXONOMY,
        version_date=date.min,
        part=WHOLE,
        node_id=node_id,
        parent_id=None if above == ROOT else above,
        kind=kind,
        position=float(place),
        title=_text(record.get("title")),
        slug=_text(record.get("slug")),
        path=_text(record.get("path")),
        page_id=node_id if is_page else None,
        page_kind=str(record.get("kind", "")).casefold() or None if is_page else None,
        key=_address(record, parent) if is_page else None,
        source_line=0,
    )


def _level(record: Record) -> str:
    """`domain` to `tutorial`, `page` for what holds nothing, `root`; empty for what is not told."""
    if record.get("kind") not in {"Topic", None}:
        return "page"
    level = str(record.get("render_type") or "").casefold()
    if level in KINDS or record.get("id") == ROOT:
        return level if level in KINDS else "root"
    return ""


def _address(record: Record, parent: Record | None) -> str | None:
    """The page's address on the site, as its events have it."""
    above = _text(parent.get("topic_page_url")) if parent else None
    letter, slug = LETTERS.get(str(record.get("kind"))), _text(record.get("slug"))
    return f"{above}/{letter}/{slug}" if above and letter and slug else None


def _text(value: Any) -> str | None:
    return value.replace("\0", "") or None if isinstance(value, str) else None
