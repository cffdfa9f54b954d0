"""Parts of text to typed rows in the sink; what no key names goes to quarantine, or is skipped by a named rule.

Enters: `TextPart`s of one table. Leaves: rows of its dataset. One DuckDB in memory. What only an area knows of its
tables, it does in a subclass.
"""

from functools import cache

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from studium.lake.reading.parsed import Counts
from studium.lake.reading.sink import Sink
from studium.lake.reading.tables.delimited import TextPart
from studium.lake.reading.tables.header import Layout
from studium.lake.reading.tables.typed import typed_query
from studium.lake.registry import DATASETS
from studium.vocabulary import Scope

NOT_UTF8 = "line that is no UTF-8 (what has no character became U+FFFD)"


class RowWriter:
    """Types the parts of one table; `add` them, then `close`."""

    def __init__(
        self, layout: Layout, scope: Scope, sink: Sink, counts: Counts, is_escaped: bool = True
    ) -> None:
        self._layout = layout
        self._scope = scope
        self._sink = sink
        self._counts = counts
        self._query = typed_query(layout, is_escaped)
        self._duckdb = _connection()

    def add(self, part: TextPart, width: int) -> None:
        """Take the lines of a part, `width` columns each."""
        self._counts.lines += len(part.lines) + len(part.odd)
        if part.broken:
            self._counts.notes += [NOT_UTF8] * part.broken
        table = self._canonical(self._with_mended(_table(part), part, width))
        if not table.num_rows:
            return
        self._duckdb.register("part", table)
        rows = self._duckdb.sql(self._query).to_arrow_table()
        self._duckdb.unregister("part")
        rows = self._without_odd(self._without_problems(rows, part), table)
        self._counts.rows += rows.num_rows
        self._write(self._with_scope(rows))

    def close(self) -> None:
        """A table without rows is a table."""
        dataset = self._layout.dataset
        if dataset not in DATASETS and not self._sink.has(dataset):
            names = [column.name for column in self._layout.columns]
            columns = [pa.array([], pa.int64()), *[pa.array([], pa.string())] * len(names)]
            self._sink(dataset, pa.table(columns, names=["source_line", *names]))
        self._sink.ensure(self._promised())

    def _promised(self) -> list[str]:
        """Datasets that are there without a row, too."""
        return [self._layout.dataset]

    def _mended(self, fields: list[str], width: int) -> list[str] | None:  # noqa: ARG002
        """The fields of an odd line as the header wants them, if only one reading fits."""
        return None

    def _canonical(self, table: pa.Table) -> pa.Table:
        """The same lines with keys in their one spelling, or fewer."""
        return table

    def _write(self, rows: pa.Table) -> None:
        self._sink(self._layout.dataset, rows)

    def _with_mended(self, table: pa.Table, part: TextPart, width: int) -> pa.Table:
        """Lines with surplus fields that can be mended join the others; the rest is rejected."""
        found = []
        for line_no, raw in part.odd:
            fields = raw.decode(errors="replace").removesuffix("\r").split("\t")
            whole = self._mended(fields, width)
            if whole is None:
                detail = f"{len(fields)} fields, the header names {width}"
                self._sink.reject(line_no, "wrong_number_of_fields", detail, raw)
            else:
                found.append((line_no, *whole))
        if not found:
            return table
        columns = [pa.array(column) for column in zip(*found, strict=True)]
        return pa.concat_tables([table, pa.Table.from_arrays(columns, table.column_names)])

    def _without_problems(self, rows: pa.Table, part: TextPart) -> pa.Table:
        problems = rows["problem"]
        rows = rows.drop_columns("problem")
        if problems.null_count == len(problems):
            return rows
        is_wrong = pc.is_valid(problems)
        lines = rows.filter(is_wrong)["source_line"].to_pylist()
        for line_no, column in zip(lines, problems.filter(is_wrong).to_pylist(), strict=True):
            self._sink.reject(line_no, "bad_value", f"column {column}", part.raw(line_no))
        return rows.filter(pc.is_null(problems))

    def _without_odd(self, rows: pa.Table, texts: pa.Table) -> pa.Table:
        """The rows, in which what did not fit is NULL; those values are kept beside them."""
        odd = rows["odd"]
        if odd.null_count < len(odd):
            is_odd = pc.is_valid(odd)
            numbers, names = rows["source_line"].filter(is_odd), odd.filter(is_odd)
            of_lines = texts.filter(pc.is_in(texts["source_line"], numbers.combine_chunks()))
            found = {int(row["source_line"]): row for row in of_lines.to_pylist()}
            for line_no, columns in zip(numbers.to_pylist(), names.to_pylist(), strict=True):
                for name in columns:
                    value = found[line_no][f"f{self._layout.places[name]}"]
                    self._sink.note_odd(line_no, f"{self._layout.dataset}.{name}", value)
        return rows.drop_columns("odd")

    def _with_scope(self, rows: pa.Table) -> pa.Table:
        """The column that names the scope of a row, where the file lacks it."""
        known = DATASETS.get(self._layout.dataset)
        name = known.scope_column if known else ""
        if not name or name in self._layout.places:
            return rows
        holder = pa.scalar(self._scope.id or None, pa.string())
        return rows.append_column(name, pa.repeat(holder, rows.num_rows))


def _table(part: TextPart) -> pa.Table:
    names = ["source_line", *(f"f{place}" for place in range(len(part.columns)))]
    return pa.Table.from_arrays([part.lines, *part.columns], names)


def column_at(table: pa.Table, place: int) -> pa.Array:
    """The texts that stand at a place of every line."""
    column = table[f"f{place}"].combine_chunks()
    return column.chunk(0) if isinstance(column, pa.ChunkedArray) else column


def with_column(table: pa.Table, place: int, column: pa.Array) -> pa.Table:
    """The same table with other texts at a place."""
    name = f"f{place}"
    return table.set_column(table.column_names.index(name), name, column)


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """One DuckDB for all files of a process; it holds no tables."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    return connection
