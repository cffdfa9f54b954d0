"""Forum documents as a table.

Enters: documents as objects with their line numbers. Leaves: a table of forum_documents; what could not be read as its
type is NULL and counted.
"""

from collections import Counter
from typing import Any

import pyarrow as pa

from studium.lake.formats.courses.forum.values import (
    Reader,
    flag,
    joined,
    text,
    time,
    unwrapped,
    whole,
)
from studium.lake.formats.courses.keys import course_of
from studium.lake.reading.parsed import schema_of

DATASET = "forum_documents"
Documents = list[tuple[int, dict[str, Any]]]

READERS: dict[pa.DataType, Reader] = {
    pa.string(): text,
    pa.int64(): whole,
    pa.bool_(): flag,
    pa.timestamp("us"): time,
}
# Column -> key in the document, where they differ.
KEYS = {"mongoid": "_id", "type": "_type"}
LISTS = {
    "parent_ids",
    "abuse_flaggers",
    "historical_abuse_flaggers",
    "at_position_list",
    "tags_array",
}
# Column -> (object in the document, key in it, reader).
NESTED: dict[str, tuple[str, str, Reader]] = {
    "endorsement_user_id": ("endorsement", "user_id", text),
    "endorsement_time": ("endorsement", "time", time),
    "votes_count": ("votes", "count", whole),
    "votes_point": ("votes", "point", whole),
    "votes_up_count": ("votes", "up_count", whole),
    "votes_down_count": ("votes", "down_count", whole),
    "votes_up": ("votes", "up", joined),
    "votes_down": ("votes", "down", joined),
}


def forum_table(documents: Documents, unread: Counter[str]) -> pa.Table:
    """One row per document; `unread` counts by column the values that are not of its type."""
    schema = schema_of(DATASET)
    objects = [document for _, document in documents]
    nested = {name: [_object(item, name) for item in objects] for name in ("votes", "endorsement")}
    arrays = []
    for column in schema:
        if column.name == "source_line":
            arrays.append(pa.array([line_no for line_no, _ in documents], column.type))
            continue
        owner, key, read = _place_of(column)
        raw = [item.get(key) for item in nested.get(owner, objects)]
        values = [None if value is None else read(value) for value in raw]
        lost = values.count(None) - raw.count(None)
        if lost:
            unread[column.name] += lost
        arrays.append(_array(values, column.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _place_of(column: pa.Field) -> tuple[str, str, Reader]:
    name = column.name
    if name in NESTED:
        return NESTED[name]
    if name in LISTS:
        return "", name, joined
    if name == "course_id":
        return "", name, _course_id
    return "", KEYS.get(name, name), READERS[column.type]


def _object(document: dict[str, Any], name: str) -> dict[str, Any]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _course_id(value: Any) -> str | None:
    found = text(unwrapped(value))
    return course_of(found).course_id if found else None


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(kind):
        return pa.array(values, pa.int64()).cast(kind)
    return pa.array(values, kind)
