"""What every parser of a landed file gives back: rows through `write`, and the account of its lines.

Enters: tables and lines that no row could be made of. Leaves: `Counts`, which the child process reports.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import pyarrow as pa

from studium.lake.registry import DATASETS

MOST_RAW_BYTES = 64 * 1024 * 1024  # of all rejects of a file; the landing keeps every byte
SHORT_RAW_BYTES = 256

ARROW_TYPES = {
    "varchar": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),  # UTC
}

Write = Callable[[str, pa.Table], None]


class RejectedLine(NamedTuple):
    """A line without a row, or a fault in a document; `raw` holds its bytes as they came."""

    line_no: int
    reason: str
    detail: str
    raw: bytes


@dataclass
class Counts:
    """The account of one file: lines = rows + rejects + skipped, all rules of `skipped` together.

    A document that has no lines (course content) counts its records: each row, reject and skipped part is one.
    `damage` says why an archive could not be read to its end; `notes` are warnings for people.
    """

    lines: int = 0
    rows: int = 0
    rejects: list[RejectedLine] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    damage: str | None = None
    notes: list[str] = field(default_factory=list)
    raw_bytes: int = 0

    def reject(self, line_no: int, reason: str, detail: str, raw: bytes = b"") -> None:
        """Note a reject; beyond 64 MB of raw bytes in one file only the first 256 of each are kept."""
        kept = raw if self.raw_bytes + len(raw) <= MOST_RAW_BYTES else raw[:SHORT_RAW_BYTES]
        self.raw_bytes += len(kept)
        self.rejects.append(RejectedLine(line_no, reason, detail, kept))


@cache
def schema_of(dataset: str) -> pa.Schema:
    """Columns of a dataset that come from a file itself, as Arrow types, and `source_line`."""
    columns = {column.name: column.type for column in DATASETS[dataset].columns}
    return pa.schema(
        [(name, ARROW_TYPES[kind]) for name, kind in (columns | {"source_line": "bigint"}).items()]
    )


def table_of(dataset: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as a typed table; a column that a row does not name is NULL."""
    return pa.Table.from_pylist(rows, schema=schema_of(dataset))
