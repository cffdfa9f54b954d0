"""Answers as CSV, JSON or Parquet, to a stream or a file.

Enters: an `Answer`. Leaves: bytes; a file appears under its name only when it is complete.
"""

import csv
import io
import json
import math
import os
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from studium.errors import MisuseError
from studium.publish.queries import Answer


def write_answer(answer: Answer, form: str, output: Path | None, stream: BinaryIO) -> int:
    """Write all rows as 'csv', 'json' or 'parquet' to `output` or `stream`; return the count."""
    if output is None:
        return _write(answer, form, stream)
    unfinished = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            rows = _write(answer, form, file)
        os.replace(unfinished, output)
    except (FileNotFoundError, NotADirectoryError, PermissionError, IsADirectoryError) as error:
        raise MisuseError(
            f"The answer cannot be written: {error.strerror}",
            f"--output {output}",
            "Name a file in a folder that exists and that you may write.",
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _write(answer: Answer, form: str, stream: BinaryIO) -> int:
    writers = {"csv": _write_csv, "json": _write_json, "parquet": _write_parquet}
    return writers[form](answer, stream)


def _write_csv(answer: Answer, stream: BinaryIO) -> int:
    rows = 0
    for chunk in _csv_chunks(answer):
        stream.write(chunk.encode())
        rows += 1
    return rows - 1


def _csv_chunks(answer: Answer) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    rows = answer.rows()
    first = next(rows, None)
    writer.writerow(answer.columns)
    yield buffer.getvalue()
    for row in [] if first is None else chain([first], rows):
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([_as_cell(value) for value in row])
        yield buffer.getvalue()


def _write_json(answer: Answer, stream: BinaryIO) -> int:
    names = _distinct(answer.columns)
    rows = 0
    # Nothing is written before the first row is there: a query that fails has said nothing then.
    for row in answer.rows():
        record = {name: as_json(value) for name, value in zip(names, row, strict=True)}
        text = json.dumps(record, ensure_ascii=False, allow_nan=False)
        stream.write((",\n" if rows else "[\n").encode() + text.encode(errors="replace"))
        rows += 1
    stream.write(b"\n]\n" if rows else b"[]\n")
    return rows


def _write_parquet(answer: Answer, stream: BinaryIO) -> int:
    import pyarrow.parquet

    schema, batches = answer.record_batches()
    rows = 0
    with pyarrow.parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def as_json(value: Any) -> Any:
    """A value of DuckDB as JSON has it: dates as ISO text, NaN and infinities as null."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return value.hex() if isinstance(value, bytes) else str(value)


def _as_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list | bytes):
        plain = as_json(value)
        return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    return str(value)


def _distinct(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return distinct
