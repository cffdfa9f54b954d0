"""Small answers of a release, kept: it never changes, and many people open the same pages.

Enters: a query as the rights have rewritten it, its parameters. Leaves: the rows that the same question had before.
The text and the parameters hold all that rights decide, so that nobody gets the answer of another view.
"""

from collections.abc import Mapping
from threading import Lock
from typing import Any

from cachetools import LRUCache

Rows = tuple[list[str], list[tuple[Any, ...]]]
_Key = tuple[Any, ...]

MOST_CELLS = 20_000  # of one answer: larger ones are files, not pages
_ALL_CELLS = 500_000  # some 50 MB of Python's values
_MUTABLE = (list, dict)  # values that whoever gets them could change for others


class Answers:
    """Answers by question, the least recently asked forgotten first; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: LRUCache[_Key, Rows] = LRUCache(_ALL_CELLS, getsizeof=_cells)

    def find(self, sql: str, parameters: Mapping[str, Any]) -> Rows | None:
        """The answer, if the question is known; its rows are not to be changed."""
        with self._lock:
            return self._kept.get(_key(sql, parameters))

    def keep(self, sql: str, parameters: Mapping[str, Any], rows: Rows) -> None:
        """Remember an answer that is small and cannot be changed."""
        if _cells(rows) > MOST_CELLS:
            return
        if any(isinstance(value, _MUTABLE) for row in rows[1] for value in row):
            return
        with self._lock:
            self._kept[_key(sql, parameters)] = rows


def _cells(rows: Rows) -> int:
    names, found = rows
    return len(names) * (1 + len(found))


def _key(sql: str, parameters: Mapping[str, Any]) -> _Key:
    """The question; 1, 1.0 and True, equal to Python, are not the same to SQL."""
    return (sql, *((name, *_exact(value)) for name, value in sorted(parameters.items())))


def _exact(value: Any) -> tuple[Any, ...]:
    if isinstance(value, (list, tuple)):
        return ("list", *map(_exact, value))
    return (type(value).__name__, value)
