"""Parts of text to typed rows in the sink; the rest to quarantine, or skipped by a named rule.

Enters: `Part`s of one table. Leaves: rows of its dataset, and of the datasets derived from it. One DuckDB in memory.
"""

from functools import cache

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from studium.lake.datasets import DATASETS
from studium.lake.formats.courses.dump.studentmodule import ITEMS, with_state
from studium.lake.formats.courses.dump.surplus import merged
from studium.lake.formats.courses.dump.typed import (
    USAGE_KEYS,
    canonical_course,
    canonical_usage,
    typed_query,
)
from studium.lake.reading.parsed import Counts
from studium.lake.reading.sink import Sink
from studium.lake.reading.tables.delimited import Part
from studium.lake.reading.tables.header import Layout

USERS = "auth_user"
STUDENT_MODULES = "courseware_studentmodule"
ITEMS_DATASET = "courseware_studentmodule_items"
NOT_UTF8 = "line that is no UTF-8 (what has no character became U+FFFD)"
OTHER_COURSE = "other_course"


class RowWriter:
    """Types the parts of one table; `add` them, then `close`."""

    def __init__(
        self,
        layout: Layout,
        package_course_id: str | None,
        sink: Sink,
        counts: Counts,
        is_escaped: bool = True,
    ) -> None:
        self._layout = layout
        self._package_course_id = package_course_id
        self._sink = sink
        self._counts = counts
        self._query = typed_query(layout, is_escaped)
        if layout.dataset == STUDENT_MODULES and {"state", "grade"} <= layout.places.keys():
            place = f"f{layout.places['state']}" if is_escaped else None
            self._query = with_state(self._query, place)
        self._duckdb = _connection()

    def add(self, part: Part, width: int) -> None:
        """Take the lines of a part, `width` columns each."""
        self._counts.lines += len(part.lines) + len(part.odd)
        if part.broken:
            self._counts.notes += [NOT_UTF8] * part.broken
        table = self._with_mended(_table(part), part, width)
        table = self._canonical(table)
        if not table.num_rows:
            return
        self._duckdb.register("part", table)
        rows = self._duckdb.sql(self._query).to_arrow_table()
        self._duckdb.unregister("part")
        rows = self._without_problems(rows, part)
        self._counts.rows += rows.num_rows
        self._write(rows)

    def close(self) -> None:
        """A table without rows is a table."""
        dataset = self._layout.dataset
        if dataset not in DATASETS and not self._sink.has(dataset):
            names = [column.name for column in self._layout.columns]
            columns = [pa.array([], pa.int64()), *[pa.array([], pa.string())] * len(names)]
            self._sink(dataset, pa.table(columns, names=["source_line", *names]))
        is_problems = dataset == STUDENT_MODULES
        self._sink.ensure([dataset, ITEMS_DATASET] if is_problems else [dataset])

    def _with_mended(self, table: pa.Table, part: Part, width: int) -> pa.Table:
        """Lines with surplus fields that can be mended join the others; the rest is rejected."""
        found = []
        for line_no, raw in part.odd:
            fields = raw.decode(errors="replace").removesuffix("\r").split("\t")
            whole = merged(fields, self._layout, width)
            if whole is None:
                detail = f"{len(fields)} fields, the header names {width}"
                self._sink.reject(line_no, "wrong_number_of_fields", detail, raw)
            else:
                found.append((line_no, *whole))
        if not found:
            return table
        columns = [pa.array(column) for column in zip(*found, strict=True)]
        return pa.concat_tables([table, pa.Table.from_arrays(columns, table.column_names)])

    def _canonical(self, table: pa.Table) -> pa.Table:
        """Keys in their canonical form; rows of another course than the package's are skipped."""
        places = self._layout.places
        for name in USAGE_KEYS & places.keys() if self._layout.dataset in DATASETS else ():
            keys = canonical_usage(_column(table, places[name]), self._package_course_id)
            table = _replaced(table, places[name], keys)
        if "course_id" not in places:
            return table
        courses, belongs = canonical_course(
            _column(table, places["course_id"]), self._package_course_id
        )
        table = _replaced(table, places["course_id"], courses)
        others = table.num_rows - belongs.true_count
        if not others:
            return table
        self._counts.skipped[OTHER_COURSE] += others
        return table.filter(belongs)

    def _without_problems(self, rows: pa.Table, part: Part) -> pa.Table:
        problems = rows["problem"]
        rows = rows.drop_columns("problem")
        if problems.null_count == len(problems):
            return rows
        is_wrong = pc.is_valid(problems)
        lines = rows.filter(is_wrong)["source_line"].to_pylist()
        for line_no, column in zip(lines, problems.filter(is_wrong).to_pylist(), strict=True):
            self._sink.reject(line_no, "bad_value", f"column {column}", part.raw(line_no))
        return rows.filter(pc.is_null(problems))

    def _write(self, rows: pa.Table) -> None:
        layout = self._layout
        has_course = any(column.name == "course_id" for column in layout.columns)
        if has_course and "course_id" not in layout.places:
            course = pa.scalar(self._package_course_id, pa.string())
            rows = rows.append_column("course_id", pa.repeat(course, rows.num_rows))
        if "read_state" in rows.column_names:
            self._duckdb.register("rows_of_part", rows)
            self._sink(ITEMS_DATASET, self._duckdb.sql(ITEMS).to_arrow_table())
            self._duckdb.unregister("rows_of_part")
            rows = rows.drop_columns("read_state")
        if layout.dataset == USERS and "email" in rows.column_names:
            domain = pc.extract_regex(rows["email"], "^[^@]*@(?P<domain>.*)$").combine_chunks()
            rows = rows.append_column("email_domain", domain.field("domain"))
        self._sink(layout.dataset, rows)


def _table(part: Part) -> pa.Table:
    names = ["source_line", *(f"f{place}" for place in range(len(part.columns)))]
    return pa.Table.from_arrays([part.lines, *part.columns], names)


def _column(table: pa.Table, place: int) -> pa.Array:
    column = table[f"f{place}"].combine_chunks()
    return column.chunk(0) if isinstance(column, pa.ChunkedArray) else column


def _replaced(table: pa.Table, place: int, column: pa.Array) -> pa.Table:
    name = f"f{place}"
    return table.set_column(table.column_names.index(name), name, column)


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """One DuckDB for all files of a process; it holds no tables."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    return connection
