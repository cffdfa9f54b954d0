"""The one writer of rows: CSV, JSON, lines of JSON and Parquet, as a stream of bytes.

Enters: a schema and batches of Arrow, or names and rows of Python. Leaves: bytes; memory does not grow with the rows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Any

from studium.publish.release.cells import as_cell, as_cells, as_json

if TYPE_CHECKING:
    import pyarrow as pa

_GROUP_ROWS = 100_000


class Form(StrEnum):
    """What rows can be written as."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"
    JSONL = "jsonl"


def media_type(form: Form) -> str:
    """How the form is called on the web."""
    return {
        Form.CSV: "text/csv; charset=utf-8",
        Form.PARQUET: "application/vnd.apache.parquet",
        Form.JSON: "application/json",
        Form.JSONL: "application/x-ndjson",
    }[form]


def write_rows(
    schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]", form: Form
) -> Iterator[bytes]:
    """Rows in a form, a piece for each batch; nothing leaves before the first batch is there.

    What fails while it reads the first rows has said nothing then.
    """
    reading = iter(batches)
    first = next(reading, None)
    return FORMS[form](schema, reading if first is None else chain([first], reading))


def csv_text(names: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows of Python as CSV with a header, in the dialect of `write_rows`."""
    return csv_lines(chain([names], rows))


def csv_lines(rows: Iterable[Sequence[Any]], end: str = "\n") -> bytes:
    """The same without a header; with another end of lines for files that stand in for published ones."""
    text = "".join(",".join(map(as_cell, row)) + end for row in rows)
    return text.encode(errors="replace")


def _write_csv(schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> Iterator[bytes]:
    yield csv_text(schema.names, [])
    for batch in batches:
        if batch.num_rows:
            yield _csv_of(batch)


def _csv_of(batch: "pa.RecordBatch") -> bytes:
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = [as_cells(column) for column in batch.columns]
    lines = pc.binary_join_element_wise(*cells, ",") if len(cells) > 1 else cells[0]
    whole = pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines)
    return memoryview(pc.binary_join(whole, "\n")[0].as_buffer()).tobytes() + b"\n"


def _write_json(_schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> Iterator[bytes]:
    before = b"[\n"
    for lines in _lines(batches):
        yield before + b",\n".join(lines)
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _write_lines(_schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> Iterator[bytes]:
    for lines in _lines(batches):
        yield b"\n".join(lines) + b"\n"


def _lines(batches: "Iterable[pa.RecordBatch]") -> Iterator[list[bytes]]:
    import msgspec

    for batch in batches:
        if batch.num_rows:
            yield [msgspec.json.encode(as_json(row)) for row in batch.to_pylist()]


def _write_parquet(schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> Iterator[bytes]:
    import pyarrow as pa
    from pyarrow import parquet

    sink = _Sink()
    with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        waiting: list[pa.RecordBatch] = []
        for batch in batches:
            waiting.append(batch.cast(schema))
            if sum(part.num_rows for part in waiting) >= _GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(waiting, schema))
                waiting.clear()
                yield sink.take()
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting, schema))
    yield sink.take()


class _Sink:
    """A file that keeps what was written until it is taken."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: Any) -> int:
        """Keep bytes; returns how many."""
        self._parts.append(bytes(data))
        return len(self._parts[-1])

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """What was written can still be taken."""

    def take(self) -> bytes:
        """All bytes since the last call."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


FORMS: dict[Form, "Callable[[pa.Schema, Iterable[pa.RecordBatch]], Iterator[bytes]]"] = {
    Form.CSV: _write_csv,
    Form.PARQUET: _write_parquet,
    Form.JSON: _write_json,
    Form.JSONL: _write_lines,
}
