"""The forum as MongoDB exports it: one document per line in extended JSON, or an array of them.

Enters: a line. Leaves: its documents, or the reason why it has none.
"""

from typing import Any

import orjson

from studium.lake.formats.courses.tracking_log.repair import repair_line

MOST_DETAIL = 200


class NoDocumentError(Exception):
    """The line holds no document; `reason` names why, the text says more."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail[:MOST_DETAIL])
        self.reason = reason


def documents_of(line: bytes) -> list[dict[str, Any]]:
    """The documents of a line, none if it only opens or closes an array; raises NoDocumentError."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        found = _odd(line)
    documents = found if isinstance(found, list) else [found]
    for document in documents:
        if not isinstance(document, dict):
            raise NoDocumentError("not_json", "the line holds no JSON object")
        if document.get("_id") is None:
            raise NoDocumentError("no_id", "the document has no _id")
    return documents


def _odd(line: bytes) -> Any:
    """A piece of an array, or a line that wants repair."""
    inner = line.strip(b"[], \t\r\n")
    if not inner:
        return []
    try:
        return orjson.loads(b"[" + inner + b"]")
    except orjson.JSONDecodeError:
        repaired = repair_line(inner)
    if repaired is None or repaired.text is None:
        reason, detail = (repaired.reason, repaired.detail) if repaired else ("not_json", "")
        raise NoDocumentError(reason, detail)
    try:
        return orjson.loads(repaired.text)
    except orjson.JSONDecodeError as error:
        raise NoDocumentError("not_json", str(error)) from error
