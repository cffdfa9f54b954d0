"""Numbered lines to typed Parquet, partitioned by the event's own date, and rejects with their reasons.

Enters: the lines of one raw file. Leaves: `<out>/event_date=…/*.parquet`, `<out>/rejects.parquet` and the counts that
the ledger keeps. One DuckDB in memory; memory is bounded by PART_BYTES, not by the file.
"""

import json
import os
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from string import Template

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from studium.lake.formats.courses.tracking_log import fields
from studium.lake.formats.courses.tracking_log.canonical import canonical
from studium.lake.formats.courses.tracking_log.envelopes import events_of
from studium.lake.formats.courses.tracking_log.lines import LINES, PARTS_FROM, LineReader
from studium.lake.formats.courses.tracking_log.payloads import with_payloads
from studium.lake.formats.courses.tracking_log.repair import Repaired, event_id_of, repair_line
from studium.lake.reading.rejects import Rejects

HERE = Path(__file__).parent
SAMPLED_LINES = 2000
PART_BYTES = 80 * 1024 * 1024
# Columns with statistics, and those whose values nearly all differ: a dictionary of them is built in vain.
SEARCHED = ["event_time", "event_type", "event_source", "username", "user_id", "course_id"]
DISTINCT = {"event_id", "event_time", "payload", "context", "source_line"}
FEW_ROWS = 100
_SAID = {
    "no_time": "the object has no time",
    "bad_time": "its time cannot be read as one",
    "no_type": "the object has no event type, and is no envelope that is known",
    "implausible_time": "its time is of no year in which such events can be",
}
# Place of an event -> its line as it came, and as it is read.
Readable = dict[int, tuple[bytes, Repaired]]


@dataclass
class LineCounts:
    """What became of each line of a file: lines == rows + sum(rejects)."""

    lines: int = 0
    rows: int = 0
    rejects: dict[str, int] = field(default_factory=dict)
    parts: list[tuple[date, str, int]] = field(default_factory=list)
    types: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown_fields: Counter[str] = field(default_factory=Counter)


class Shredder:
    """Shreds one file: `add` its lines or documents, then `close`."""

    def __init__(self, source_file: str, out: Path, memory_limit_mb: int, threads: int = 1) -> None:
        self.counts = LineCounts()
        self._source_file = source_file
        self._out = out
        self._plain_shapes: set[int] = set()
        self._parts = 0
        self._rejects = Rejects(out)
        self._duckdb = _connection(memory_limit_mb, out.parent)
        self._duckdb.execute(f"set threads = {threads}")
        self._shredded: list[pa.Table] = []

    def add(self, reader: LineReader) -> None:
        """Take all lines of a file, part by part: the good ones and, after repair, the odd ones in one query."""
        while not reader.is_done:
            batches = list(reader.batches(PART_BYTES))
            if not self._plain_shapes and batches:
                self._learn_shapes(pa.Table.from_batches(batches[:1]).slice(0, SAMPLED_LINES))
            others = self._shred(batches, self._repaired(reader.odd))
            reader.odd.clear()
            batches = []  # memory that is touched for the first time is dear: let go before more is taken
            self._shred([], others, is_last=True)
            self._write_part()

    def add_document(self, line_no: int, repaired: Repaired) -> None:
        """Take one record that did not come as a line: a pretty-printed object."""
        raw = (repaired.text or "").encode()
        self._shred([], self._shred([], {line_no: (raw, repaired)}), is_last=True)

    def close(self) -> LineCounts:
        """Write what waits, and return the counts."""
        self._write_part()
        self.counts.rejects = dict(self._rejects.close())
        self.counts.lines = self.counts.rows + sum(self.counts.rejects.values())
        return self.counts

    def _shred(
        self, batches: list[pa.RecordBatch], repaired: Readable, is_last: bool = False
    ) -> Readable:
        """Shred lines, reject those that are no event, and return how those read that the query could not type.

        Guarding against text that is no JSON costs a twentieth: it is done where some is found.
        """
        if not batches and not repaired:
            return {}
        lines = pa.Table.from_batches([*batches, _batch_of(repaired)], LINES)
        self._duckdb.register("lines", lines)
        try:
            shredded = self._duckdb.sql(shred_query(is_guarded=False)).to_arrow_table()
        except duckdb.InvalidInputException:
            shredded = self._duckdb.sql(shred_query(is_guarded=True)).to_arrow_table()
        self._duckdb.unregister("lines")
        others: Readable = {}
        if not is_last:
            others, moved = self._in_other_forms(shredded, lines, repaired)
            shredded = _without(
                shredded, pc.is_in(shredded["line_no"], pa.array(moved, pa.int64()))
            )
        shredded = with_payloads(self._duckdb, shredded)
        has_problem = pc.is_valid(shredded["problem"])
        wrong = shredded.select(["line_no", "problem"]).filter(has_problem)
        for place, problem, text in zip(
            *_with_text(wrong, lines).to_pydict().values(), strict=True
        ):
            raw = repaired[place][0] if place in repaired else text.rstrip("\n").encode()
            self._rejects.add(place % PARTS_FROM, problem, _SAID.get(problem, ""), raw)
        self._shredded.append(self._with_extra(_without(shredded, has_problem), lines))
        return others

    def _in_other_forms(
        self, shredded: pa.Table, lines: pa.Table, repaired: Readable
    ) -> tuple[Readable, list[int]]:
        """What the lines hold that the query could not type; and the places that are not to be taken as they are."""
        asked = shredded.select(["line_no", "problem"]).filter(shredded["is_odd"])
        found: Readable = {}
        moved: list[int] = []
        for place, problem, text in zip(
            *_with_text(asked, lines).to_pydict().values(), strict=True
        ):
            raw, line = repaired.get(place, (text.rstrip("\n").encode(), None))
            if line is None and problem == "not_json":
                events = self._read(raw)
            else:
                events = events_of(text)
                if (
                    line is not None
                    and len(events) == 1
                    and events[0].event_id == event_id_of(text.encode())
                ):
                    # It was no envelope: the bytes of the line say which event it is.
                    events = [replace(events[0], event_id=line.event_id)]
            if len(events) == 1 and (
                events[0].reason == "no_type" or events[0].text == text.strip()
            ):
                continue  # the line says no more in any other form
            moved.append(place)
            self._take(place, raw, events, found)
        return found, moved

    def _take(self, place: int, raw: bytes, events: list[Repaired], found: Readable) -> None:
        """Number the events of a line, and reject what is none."""
        for part, event in enumerate(events):
            if event.text is None:
                self._rejects.add(place % PARTS_FROM, event.reason, event.detail, raw)
            else:
                found[place + part * PARTS_FROM] = (raw, event)

    def _repaired(self, odd: list[tuple[int, bytes]]) -> Readable:
        """The odd lines that can be read after repair, as they came and as they are read; the others are rejected."""
        readable: Readable = {}
        for line_no, raw in sorted(odd):
            self._take(line_no, raw, self._read(raw), readable)
        return readable

    @staticmethod
    def _read(raw: bytes) -> list[Repaired]:
        """A line after repair; where it is no single object, those that it may hold."""
        found = repair_line(raw)
        if found is None:
            return []
        if found.text is None and found.reason in ("not_json", "truncated") and b"}" in raw:
            events = events_of(raw.decode("utf-8", errors="replace"))
            return events if len(events) > 1 or events[0].text is not None else [found]
        return [found]

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

    def _is_unknown(self, shapes: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
        """Whether a set of keys is not known to be plain."""
        found = shapes.to_numpy()
        return ~np.isin(found, np.array(list(self._plain_shapes), found.dtype))

    def _with_extra(self, shredded: pa.Table, lines: pa.Table) -> pa.Table:
        """Add the unknown top-level fields of each line, as an object."""
        extra = pa.nulls(shredded.num_rows, pa.string())
        is_unknown = self._is_unknown(shredded["shape"])
        if is_unknown.any():
            rows = shredded.select(["line_no", "shape"]).filter(pa.array(is_unknown))
            found = self._unknown_fields(_with_text(rows, lines))
            values = [found.get(line_no) for line_no in rows["line_no"].to_pylist()]
            extra = pc.replace_with_mask(extra, pa.array(is_unknown), pa.array(values, pa.string()))
        return shredded.drop_columns(["shape", "problem", "is_odd"]).append_column("extra", extra)

    def _unknown_fields(self, rows: pa.Table) -> dict[int, str]:
        """Line number -> its unknown fields, if it has some; plain sets of keys are learned."""
        self._duckdb.register("seen", rows)
        self._learn("select shape, any_value(json_keys(line)) from seen group by shape")
        self._duckdb.register("seen", rows.filter(pa.array(self._is_unknown(rows["shape"]))))
        known = json.dumps(dict.fromkeys(fields.TOP_LEVEL))
        query = "select line_no, cast(json_merge_patch(line, ?) as varchar) from seen"
        found = dict(self._duckdb.execute(query, [known]).fetchall())
        self._duckdb.unregister("seen")
        return found

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
            pq.write_table(
                of_day,
                folder / name,
                compression="zstd",
                use_dictionary=[it for it in of_day.column_names if it not in DISTINCT],
                write_statistics=SEARCHED,
            )
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
            "select unnest(list_distinct(json_keys(extra))), count(*) from shredded where extra is not null group by 1"
        ).fetchall():
            self.counts.unknown_fields[name] += count
        self._duckdb.unregister("shredded")


def _with_text(rows: pa.Table, lines: pa.Table) -> pa.Table:
    """Few rows with the text of their lines, which the query does not copy for all."""
    numbers = rows["line_no"].to_pylist()
    found = lines.slice(0, 0)
    if numbers:
        found = lines.filter(pc.is_in(lines["line_no"], value_set=pa.array(numbers, pa.int64())))
    text = dict(zip(found["line_no"].to_pylist(), found["line"].to_pylist(), strict=True))
    return rows.append_column(
        "line", pa.array([text[number] for number in numbers], pa.large_string())
    )


def _without(table: pa.Table, is_left_out: pa.ChunkedArray) -> pa.Table:
    """The other rows. Where few are left out, the pieces between them: filtering copies the table."""
    left_out = np.flatnonzero(is_left_out.to_numpy()).tolist()
    if len(left_out) > FEW_ROWS:
        return table.filter(pc.invert(is_left_out))
    bounds = pairwise([-1, *left_out, table.num_rows])
    return pa.concat_tables([table.slice(start + 1, end - start - 1) for start, end in bounds])


def _batch_of(repaired: Readable) -> pa.RecordBatch:
    found = [line for _, line in repaired.values()]
    columns = [list(repaired), [line.event_id for line in found], [line.text for line in found]]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, LINES, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=LINES)


@cache
def shred_query(is_guarded: bool) -> str:
    """The text of shred.sql with the fields of fields.py filled in; guarded, broken JSON gives NULLs."""
    return Template((HERE / "shred.sql").read_text()).substitute(
        guard="try" if is_guarded else "",
        paths=fields.line_paths(),
        columns=fields.line_columns(),
    )


@cache
def _connection(memory_limit_mb: int, spill: Path) -> duckdb.DuckDBPyConnection:
    """One DuckDB for all files of a process: memory once touched is the cheapest."""
    connection = duckdb.connect(
        config={
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
    return connection
