"""The forum of newer platforms: the MySQL tables forum_commentthread and forum_comment, tab-separated with a header.

Enters: a line and the names of its columns. Leaves: a document as MongoDB had it. Votes and flags are in tables of
their own, which the warehouse joins.
"""

import re
from typing import Any

import orjson

from studium.lake.formats.courses.forum.mongo import NoDocumentError

ESCAPE = re.compile(r"\\(.)", re.DOTALL)
MEANING = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "Z": "\x1a"}
NOTHING = {"NULL", r"\N"}
THREAD, COMMENT = "CommentThread", "Comment"
COMMENT_PREFIX = "comment-"  # threads and comments are numbered apart, and both from 1


def header_of(line: bytes) -> list[str] | None:
    """The column names, if this is the first line of one of the two tables."""
    names = line.decode("utf-8", "replace").strip("\r\n").split("\t")
    is_table = {"id", "course_id", "body"} <= set(names)
    return names if is_table and {"thread_type", "comment_thread_id"} & set(names) else None


def document_of(line: bytes, names: list[str]) -> dict[str, Any]:
    """A row as a document; raises NoDocumentError where it has other fields than the header."""
    values = line.decode("utf-8", "replace").rstrip("\r\n").split("\t")
    if len(values) != len(names):
        raise NoDocumentError(
            "wrong_number_of_fields", f"{len(values)} fields, the header has {len(names)}"
        )
    row = {
        name: None if value in NOTHING else ESCAPE.sub(_meant, value)
        for name, value in zip(names, values, strict=True)
    }
    if not row["id"]:
        raise NoDocumentError("no_id", "the row has no id")
    is_comment = "comment_thread_id" in row
    document: dict[str, Any] = row | {
        "_id": _comment_id(row["id"]) if is_comment else row["id"],
        "_type": COMMENT if is_comment else THREAD,
        "sk": row.get("sort_key"),
        "endorsement": _object(row.get("endorsement")),
    }
    if is_comment:
        document["parent_id"] = _comment_id(row.get("parent_id"))
        document["parent_ids"] = [document["parent_id"]] if document["parent_id"] else []
    if row.get("is_deleted") == "1":
        document["visible"] = False
    return document


def _comment_id(number: str | None) -> str | None:
    return f"{COMMENT_PREFIX}{number}" if number else None


def _meant(match: re.Match[str]) -> str:
    return MEANING.get(match.group(1), match.group(1))


def _object(value: str | None) -> Any:
    try:
        return orjson.loads(value) if value else None
    except orjson.JSONDecodeError:
        return None
