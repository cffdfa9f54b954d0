"""Lines that no row could be made of, and values that no row could take, as Parquet: the one writer of every format.

Enters: line number, reason, detail and raw bytes of each. Leaves: `<out>/rejects.parquet` and the lines by reason.
Memory is bounded: what waits is written once it is long or many.
"""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FILE = "rejects.parquet"
KEPT_RAW_BYTES = 16 * 1024 * 1024  # of a rejected line; the landed file keeps all
REJECTS_AT_ONCE = 10_000
REJECT_BYTES_AT_ONCE = 16 * 1024 * 1024
REJECTS = pa.schema(
    [
        ("source_line", pa.int64()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("raw", pa.large_binary()),
    ]
)


class Rejects:
    """The rejects of one file: `add` each, then `close`; `by_reason` counts lines."""

    def __init__(self, out: Path) -> None:
        self.by_reason: Counter[str] = Counter()
        self._path = out / FILE
        self._waiting: list[tuple[int, str, str, bytes]] = []
        self._waiting_bytes = 0
        self._writer: pq.ParquetWriter | None = None

    def add(self, line_no: int, reason: str, detail: str, raw: bytes) -> None:
        """Take one reject; of a line of more than 16 MB the beginning is kept."""
        if len(raw) > KEPT_RAW_BYTES:
            detail = f"{detail} (the first {KEPT_RAW_BYTES} of {len(raw)} bytes)".strip()
            raw = raw[:KEPT_RAW_BYTES]
        self.by_reason[reason] += 1
        self._waiting.append((line_no, reason, detail, raw))
        self._waiting_bytes += len(raw)
        if len(self._waiting) >= REJECTS_AT_ONCE or self._waiting_bytes >= REJECT_BYTES_AT_ONCE:
            self._write()

    def close(self) -> list[tuple[str, int]]:
        """Write what waits, end the file; returns (reason, lines), in the order of reasons."""
        self._write()
        if self._writer is not None:
            self._writer.close()
        return sorted(self.by_reason.items())

    def _write(self) -> None:
        if not self._waiting:
            return
        columns = list(zip(*sorted(self._waiting), strict=True))
        table = pa.Table.from_arrays(
            [pa.array(column, type_.type) for column, type_ in zip(columns, REJECTS, strict=True)],
            schema=REJECTS,
        )
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, REJECTS, compression="zstd")
        self._writer.write_table(table)
        self._waiting, self._waiting_bytes = [], 0
