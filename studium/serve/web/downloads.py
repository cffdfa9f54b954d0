"""Rows of a query as a file that is written while it is sent: CSV, Parquet or JSON lines.

Enters: a schema and batches of Arrow. Leaves: a streamed answer; memory does not grow with the rows.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

import pyarrow as pa
from fastapi.responses import StreamingResponse
from pyarrow import csv, parquet

from studium.publish import as_json
from studium.serve.web.listings import file_name
from studium.serve.web.spreadsheets import safe_batch

_GROUP_ROWS = 100_000


class Form(StrEnum):
    """Forms of a download."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"
    JSONL = "jsonl"


MEDIA: dict[Form, str] = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.PARQUET: "application/vnd.apache.parquet",
    Form.JSON: "application/json",
    Form.JSONL: "application/x-ndjson",
}


def download(
    schema: pa.Schema, batches: Iterator[pa.RecordBatch], form: Form, name: str
) -> StreamingResponse:
    """The answer; its first bytes leave before the last rows are read."""
    return StreamingResponse(
        _WRITERS[form](schema, batches),
        media_type=MEDIA[form],
        headers={"Content-Disposition": f'attachment; filename="{file_name(name)}.{form}"'},
    )


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


def _write_csv(schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    sink = _Sink()
    flat = _flat(schema)
    options = csv.WriteOptions(include_header=True, quoting_style="needed")
    with csv.CSVWriter(sink, flat, write_options=options) as writer:
        yield sink.take()
        for batch in batches:
            writer.write_batch(safe_batch(_flatten(batch, flat)))
            yield sink.take()
    yield sink.take()


def _write_parquet(schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    sink = _Sink()
    with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        waiting: list[pa.RecordBatch] = []
        for batch in batches:
            waiting.append(batch)
            if sum(part.num_rows for part in waiting) >= _GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(waiting, schema))
                waiting.clear()
                yield sink.take()
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting, schema))
    yield sink.take()


def _write_json(_schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    before = b"[\n"
    for lines in _lines(batches):
        yield before + b",\n".join(lines)
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _write_lines(_schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    for lines in _lines(batches):
        yield b"\n".join(lines) + b"\n"


def _lines(batches: Iterator[pa.RecordBatch]) -> Iterator[list[bytes]]:
    import msgspec

    for batch in batches:
        if batch.num_rows:
            yield [msgspec.json.encode(as_json(row)) for row in batch.to_pylist()]


def _flat(schema: pa.Schema) -> pa.Schema:
    """The schema with text in the place of nested values, times without zone."""
    return pa.schema(
        [
            pa.field(field.name, pa.string() if _is_text(field.type) else field.type)
            for field in schema
        ]
    )


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_nested(kind) or pa.types.is_large_string(kind))


def _flatten(batch: pa.RecordBatch, flat: pa.Schema) -> pa.RecordBatch:
    import msgspec

    columns = []
    for column, field in zip(batch.columns, flat, strict=True):
        if pa.types.is_nested(column.type):
            values = [
                None if value is None else msgspec.json.encode(as_json(value)).decode()
                for value in column.to_pylist()
            ]
            column = pa.array(values, pa.string())
        columns.append(column.cast(field.type))
    return pa.RecordBatch.from_arrays(columns, schema=flat)


_WRITERS: dict[Form, Callable[[pa.Schema, Iterator[pa.RecordBatch]], Iterator[bytes]]] = {
    Form.CSV: _write_csv,
    Form.PARQUET: _write_parquet,
    Form.JSON: _write_json,
    Form.JSONL: _write_lines,
}
