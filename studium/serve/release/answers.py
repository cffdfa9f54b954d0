"""Small answers of a release, kept: it never changes, and many people open the same pages.

Enters: a query as the rights have rewritten it, its parameters. Leaves: the rows that the same question had before.
The text and the parameters hold all that rights decide, so that nobody gets the answer of another view.
"""

from collections.abc import Mapping
from hashlib import blake2b
from threading import Lock
from typing import Any, NamedTuple

from cachetools import LRUCache

Rows = tuple[list[str], list[tuple[Any, ...]]]

MOST_BYTES = 2_000_000  # of one answer: larger ones are files, not pages
ALL_BYTES = 50_000_000
_OF_ANSWER, _OF_ROW, _OF_VALUE = 500, 60, 60  # about what Python takes beside the texts
_MUTABLE = (list, dict)  # values that whoever gets them could change for others


class _Kept(NamedTuple):
    rows: Rows
    bytes: int


class Answers:
    """Answers by question, the least recently asked forgotten first; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: LRUCache[bytes, _Kept] = LRUCache(ALL_BYTES, getsizeof=lambda kept: kept.bytes)

    def find(self, sql: str, parameters: Mapping[str, Any]) -> Rows | None:
        """The answer, if the question is known; its rows are not to be changed."""
        with self._lock:
            kept = self._kept.get(_question(sql, parameters))
        return kept.rows if kept else None

    def keep(self, sql: str, parameters: Mapping[str, Any], rows: Rows) -> None:
        """Remember an answer that is small and cannot be changed."""
        size = _bytes(rows)
        if size is not None:
            with self._lock:
                self._kept[_question(sql, parameters)] = _Kept(rows, size)


def _question(sql: str, parameters: Mapping[str, Any]) -> bytes:
    """A digest of fixed length: names in an address may be long. 1, 1.0 and True are not the same to SQL."""
    asked = repr((sql, sorted(parameters.items())))
    return blake2b(asked.encode("utf-8", "surrogatepass"), digest_size=32).digest()


def _bytes(rows: Rows) -> int | None:
    """About what an answer takes in memory; None where it is not to be kept."""
    names, found = rows
    size = _OF_ANSWER + len(found) * (_OF_ROW + _OF_VALUE * len(names))
    if size > MOST_BYTES:
        return None
    for row in found:
        for value in row:
            if isinstance(value, _MUTABLE):
                return None
            if isinstance(value, (str, bytes)):
                size += len(value)
    return size if size <= MOST_BYTES else None
