"""Numbered lines to typed Parquet, partitioned by the event's own date, and rejects with their reasons.

Enters: the lines of one raw file. Leaves: `<out>/event_date=…/*.parquet`, `<out>/rejects.parquet` and the counts that
the ledger keeps. One DuckDB in memory, one thread; memory is bounded by PART_BYTES, not by the file.
"""

import json
import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path
from string import Template

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from studium.lake.formats.tracking_log import fields
from studium.lake.formats.tracking_log.canonical import canonical
from studium.lake.formats.tracking_log.lines import LINES, LineReader
from studium.lake.formats.tracking_log.repair import Repaired, repair_line

HERE = Path(__file__).parent
SAMPLED_LINES = 2000
PART_BYTES = 64 * 1024 * 1024
ODD_BYTES = 8 * 1024 * 1024
KEPT_RAW_BYTES = 16 * 1024 * 1024  # of a rejected line; the landed file keeps all
REJECTS = pa.schema(
    [
        ("source_line", pa.int64()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("raw", pa.large_binary()),
    ]
)


@dataclass
class Counts:
    """What became of each line of a file: lines == rows + sum(rejects)."""

    lines: int = 0
    rows: int = 0
    rejects: Counter[str] = field(default_factory=Counter)
    parts: list[tuple[date, str, int]] = field(default_factory=list)
    types: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown_fields: Counter[str] = field(default_factory=Counter)


class Shredder:
    """Shreds one file: `add` its lines or documents, then `close`."""

    def __init__(self, source_file: str, out: Path, memory_limit_mb: int) -> None:
        self.counts = Counts()
        self._source_file = source_file
        self._out = out
        self._plain_shapes: set[int] = set()
        self._parts = 0
        self._rejects: list[tuple[int, str, str, bytes]] = []
        self._reject_writer: pq.ParquetWriter | None = None
        self._duckdb = _connection(memory_limit_mb, out.parent)
        self._shredded: list[pa.Table] = []

    def add(self, reader: LineReader) -> None:
        """Take all lines of a file: the good ones in one query per part, the odd ones, after repair, with the last."""
        odd: list[tuple[int, bytes]] = []
        while not reader.is_done:
            batches = reader.batches(PART_BYTES)
            first = next(batches, None)
            if first is not None:
                self._learn_shapes(pa.Table.from_batches([first.slice(0, SAMPLED_LINES)]))
                batches = chain([first], batches)
            rejected = self._shred(pa.RecordBatchReader.from_batches(LINES, batches))
            odd += reader.odd + self._repair(rejected)
            reader.odd.clear()
            if reader.is_done or sum(len(line) for _, line in odd) > ODD_BYTES:
                self._shred_odd(odd)
                odd.clear()
            self._write_part()

    def add_document(self, line_no: int, repaired: Repaired) -> None:
        """Take one record that did not come as a line: a pretty-printed object."""
        raw = (repaired.text or "").encode()
        self._shred_repaired([(line_no, raw, repaired)])

    def close(self) -> Counts:
        """Write what waits, and return the counts."""
        self._write_part()
        self._write_rejects()
        if self._reject_writer:
            self._reject_writer.close()
        self.counts.lines = self.counts.rows + self.counts.rejects.total()
        return self.counts

    def _shred(self, lines: pa.Table | pa.RecordBatchReader) -> list[tuple[int, str, str]]:
        """Shred numbered lines; return (line number, problem, text) of those that are no event."""
        self._duckdb.register("lines", lines)
        shredded = self._duckdb.sql(shred_query()).to_arrow_table()
        self._duckdb.unregister("lines")
        has_problem = pc.is_valid(shredded["problem"])
        rejected: list[tuple[int, str, str]] = []
        if pc.any(has_problem).as_py():
            columns = shredded.filter(has_problem).select(["line_no", "problem", "kept_line"])
            rejected = list(zip(*columns.to_pydict().values(), strict=True))
            shredded = shredded.filter(pc.invert(has_problem))
        self._shredded.append(self._with_extra(shredded))
        return rejected

    def _repair(self, rejected: list[tuple[int, str, str]]) -> list[tuple[int, bytes]]:
        """What the fast way could not read is tried again with the odd lines; the rest is rejected."""
        broken: list[tuple[int, bytes]] = []
        for line_no, problem, text in rejected:
            raw = text.rstrip("\n").encode()
            if problem == "not_json":
                broken.append((line_no, raw))
            else:
                self._reject(line_no, problem, "", raw)
        return broken

    def _shred_odd(self, odd: list[tuple[int, bytes]]) -> None:
        repaired: list[tuple[int, bytes, Repaired]] = []
        for line_no, raw in sorted(odd):
            found = repair_line(raw)
            if found is not None and found.text is None:
                self._reject(line_no, found.reason, found.detail, raw)
            elif found is not None:
                repaired.append((line_no, raw, found))
        if repaired:
            self._shred_repaired(repaired)

    def _shred_repaired(self, repaired: list[tuple[int, bytes, Repaired]]) -> None:
        table = pa.Table.from_pydict(
            {
                "line_no": [line_no for line_no, _, _ in repaired],
                "event_id": [found.event_id for _, _, found in repaired],
                "line": [found.text for _, _, found in repaired],
            },
            schema=LINES,
        )
        raw_by_line = {line_no: raw for line_no, raw, _ in repaired}
        for line_no, problem, _ in self._shred(table):
            self._reject(line_no, problem, "", raw_by_line[line_no])

    def _learn_shapes(self, lines: pa.Table) -> None:
        """Which sets of top-level keys hold no unknown field: their lines need no second look."""
        self._duckdb.register("sample", lines)
        self._learn(
            "select hash(keys), any_value(keys) from"
            " (select case when json_valid(line) then json_keys(line) end as keys from sample) group by 1"
        )
        self._duckdb.unregister("sample")

    def _learn(self, query: str) -> None:
        for shape, keys in self._duckdb.execute(query).fetchall():
            if keys is not None and not set(keys) - set(fields.TOP_LEVEL):
                self._plain_shapes.add(shape)
        self._duckdb.execute(
            "set variable plain_shapes = ?::ubigint[]", [sorted(self._plain_shapes)]
        )

    def _with_extra(self, shredded: pa.Table) -> pa.Table:
        """Add the unknown top-level fields of the lines whose set of keys was not known to be plain."""
        is_kept = pc.is_valid(shredded["kept_line"])
        extra = pa.nulls(shredded.num_rows, pa.string())
        if pc.any(is_kept).as_py():
            kept = shredded.filter(is_kept).select(["line_no", "shape", "kept_line"])
            self._duckdb.register("kept", kept)
            self._learn("select shape, any_value(json_keys(kept_line)) from kept group by shape")
            found = self._duckdb.execute(
                "select case when not list_contains(getvariable('plain_shapes'), shape)"
                " then cast(json_merge_patch(kept_line, ?) as varchar) end as extra from kept order by line_no",
                [json.dumps(dict.fromkeys(fields.TOP_LEVEL))],
            ).fetchall()
            self._duckdb.unregister("kept")
            values = pa.array([text for (text,) in found], pa.string())
            extra = pc.replace_with_mask(extra, is_kept.combine_chunks(), values)
        return shredded.drop_columns(["kept_line", "shape", "problem"]).append_column(
            "extra", extra
        )

    def _reject(self, line_no: int, reason: str, detail: str, raw: bytes) -> None:
        if len(raw) > KEPT_RAW_BYTES:
            detail = f"{detail} (the first {KEPT_RAW_BYTES} of {len(raw)} bytes)"
            raw = raw[:KEPT_RAW_BYTES]
        self.counts.rejects[reason] += 1
        self._rejects.append((line_no, reason, detail, raw))
        if (
            sum(len(row[3]) for row in self._rejects[-1:]) > LONG_REJECT
            or len(self._rejects) >= 10_000
        ):
            self._write_rejects()

    def _write_rejects(self) -> None:
        if not self._rejects:
            return
        columns = list(zip(*sorted(self._rejects), strict=True))
        table = pa.Table.from_arrays(
            [pa.array(column, type_.type) for column, type_ in zip(columns, REJECTS, strict=True)],
            schema=REJECTS,
        )
        if self._reject_writer is None:
            self._reject_writer = pq.ParquetWriter(
                self._out / "rejects.parquet", REJECTS, compression="zstd"
            )
        self._reject_writer.write_table(table)
        self._rejects = []

    def _write_part(self) -> None:
        """One Parquet file per event date, of which a log has few."""
        if not self._shredded:
            return
        name = f"{self._source_file}-{self._parts:04d}.parquet"
        self._parts += 1
        shredded = pa.concat_tables(self._shredded)
        self._shredded = []
        self._count_types(shredded)
        events = canonical(shredded, self._source_file)
        event_date = pc.cast(pc.floor_temporal(shredded["event_time"], unit="day"), pa.date32())
        days = sorted(pc.unique(event_date).to_pylist())
        for day in days:
            folder = self._out / "events" / f"event_date={day}"
            folder.mkdir(parents=True, exist_ok=True)
            of_day = events if len(days) == 1 else events.filter(pc.equal(event_date, day))
            pq.write_table(of_day, folder / name, compression="zstd")
            self.counts.rows += of_day.num_rows
            self.counts.parts.append((day, name, of_day.num_rows))

    def _count_types(self, shredded: pa.Table) -> None:
        self._duckdb.register("shredded", shredded)
        for event_type, source, count in self._duckdb.execute(
            "select case when starts_with(event_type, '/') then '/… (server request)' else event_type end,"
            " event_source, count(*) from shredded group by all"
        ).fetchall():
            self.counts.types[(event_type or "", source or "")] += count
        for name, count in self._duckdb.execute(
            "select unnest(json_keys(extra)), count(*) from shredded where extra is not null group by 1"
        ).fetchall():
            self.counts.unknown_fields[name] += count
        self._duckdb.unregister("shredded")


LONG_REJECT = 1024 * 1024


@cache
def shred_query() -> str:
    """The text of shred.sql with the fields of fields.py filled in."""
    return Template((HERE / "shred.sql").read_text()).substitute(
        paths=fields.line_paths(),
        columns=fields.line_columns(),
        payload_paths=fields.payload_paths(),
        payload_columns=fields.payload_columns(),
    )


@cache
def _connection(memory_limit_mb: int, spill: Path) -> duckdb.DuckDBPyConnection:
    """One DuckDB for all files of a process: memory once touched is the cheapest."""
    connection = duckdb.connect(
        config={
            "threads": 1,
            "memory_limit": f"{memory_limit_mb}MB",
            "temp_directory": str(spill / f".tmp-spill-{os.getpid()}"),
        }
    )
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    connection.execute(
        "set disabled_optimizers = 'in_clause'"
    )  # a join per list of names costs more
    connection.execute((HERE / "vocabulary.sql").read_text())
    connection.execute("set variable plain_shapes = []::ubigint[]")
    return connection
