"""Dumps of a whole database, as mysqldump writes them: statements that make tables and insert their rows.

Enters: a landed file. Leaves: typed rows of each table in a `Sink`. A line of the account is a row, or a piece that
cannot be read; `source_line` counts them from 1.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from studium.lake.archives.decompression import DamagedArchiveError, plain_blocks
from studium.lake.formats.courses.dump.rows import PlatformRows
from studium.lake.formats.courses.sql_dump.statements import Fault, Rows, StatementReader
from studium.lake.reading.parsed import Counts
from studium.lake.reading.sink import Sink
from studium.lake.reading.tables.delimited import TextPart
from studium.lake.reading.tables.header import Layout, layout_of
from studium.lake.reading.tables.rows import RowWriter
from studium.lake.registry import DATASETS
from studium.vocabulary import Scope

TABLE_NAME = re.compile(r"^[A-Za-z0-9_]{1,64}$")

__all__ = ["read_database"]


def read_database(
    path: Path, what: tuple[Scope, bool], sink: Sink, advance: Callable[[int], None]
) -> Counts:
    """Write the rows of all tables; `what` says whose they are and whether other columns are taken."""
    counts = Counts()
    scope, may_drift = what
    tables = Tables(scope, may_drift, sink, counts)
    for found in StatementReader(_until_damage(plain_blocks(path, advance), counts)):
        if isinstance(found, Fault):
            counts.lines += 1
            sink.reject(counts.lines, "bad_statement", "", found.raw)
        else:
            tables.add(found)
    tables.close()
    return counts


def _until_damage(blocks: Iterable[bytes], counts: Counts) -> Iterator[bytes]:
    try:
        yield from blocks
    except DamagedArchiveError as error:
        counts.damage = str(error)


class Tables:
    """The tables of one dump, each with a writer of its own."""

    def __init__(self, scope: Scope, may_drift: bool, sink: Sink, counts: Counts) -> None:
        self._scope = scope
        self._may_drift = may_drift
        self._sink = sink
        self._counts = counts
        self._writers: dict[tuple[str, tuple[str, ...]], RowWriter | str] = {}

    def add(self, rows: Rows) -> None:
        """Type rows of a table; those without as many values as columns are rejected."""
        first = self._counts.lines + 1
        numbers = range(first, first + len(rows.values))
        writer = self._writer(rows)
        if isinstance(writer, str):
            self._counts.lines += len(rows.values)
            for number, raw in zip(numbers, rows.raw, strict=True):
                self._sink.reject(number, writer, f"table {rows.table}"[:300], raw)
            return
        width = len(rows.columns or ())
        good = [index for index, row in enumerate(rows.values) if len(row) == width]
        columns = [
            pa.array([rows.values[index][place] for index in good], pa.string())
            for place in range(width)
        ]
        odd = [
            (numbers[index], rows.raw[index])
            for index, row in enumerate(rows.values)
            if len(row) != width
        ]
        lines = pa.array([numbers[index] for index in good], pa.int64())
        part = TextPart(lines, columns, lambda number: rows.raw[number - first], odd)
        writer.add(part, width)

    def close(self) -> None:
        """End all tables."""
        for writer in self._writers.values():
            if isinstance(writer, RowWriter):
                writer.close()

    def _writer(self, rows: Rows) -> RowWriter | str:
        key = (rows.table, rows.columns or ())
        if key not in self._writers:
            self._writers[key] = self._new_writer(rows)
        return self._writers[key]

    def _new_writer(self, rows: Rows) -> RowWriter | str:
        """A writer, or the reason why no row of these can be read."""
        if not TABLE_NAME.match(rows.table):
            return "bad_table_name"
        if rows.columns is None:
            return "no_header"
        layout = layout_of(rows.table, DATASETS.get(rows.table), list(rows.columns))
        if isinstance(layout, Layout) and layout.has_drifted:
            changes = [f"unknown column {name}" for name in layout.extra]
            changes += [f"missing column {name}" for name in layout.missing]
            self._counts.notes += [f"{rows.table}: {change}" for change in changes]
            layout = layout if self._may_drift else "columns_changed"
        if isinstance(layout, str):
            return layout
        return PlatformRows(layout, self._scope, self._sink, self._counts, is_escaped=False)
