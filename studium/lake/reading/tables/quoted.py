"""Comma-separated values with quotes as Arrow columns: dumps that were renamed, and reports.

Enters: chunks of whole lines. Leaves: records and `TextPart`s of about 8 MB. A line break inside quotes is text.
"""

import csv
import io
from collections.abc import Iterable, Iterator

import pyarrow as pa

from studium.lake.reading.tables.delimited import (
    CHUNK_BYTES,
    FIRST_LINE,
    LONGEST_LINE_BYTES,
    TextPart,
)

REPLACED = "\ufffd"


def records_of(chunks: Iterable[bytes]) -> Iterator[list[str]]:
    """Records in order; a blank line is an empty one. Raises csv.Error for a field of more than 128 MB."""
    csv.field_size_limit(LONGEST_LINE_BYTES)
    return csv.reader(_lines(chunks))


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    for chunk in chunks:
        yield from io.StringIO(chunk.decode(errors="replace"), newline="")


def parts_of_records(records: Iterator[list[str]], width: int) -> Iterator[TextPart]:
    """Parts of the records after the header; the records are numbered, not the lines of the file."""
    waiting: dict[int, list[str]] = {}
    size = 0
    for line_no, record in enumerate(records, start=FIRST_LINE):
        if not record:
            continue
        waiting[line_no] = record
        size += sum(map(len, record))
        if size >= CHUNK_BYTES:
            yield _part(waiting, width)
            waiting, size = {}, 0
    if waiting:
        yield _part(waiting, width)


def _part(records: dict[int, list[str]], width: int) -> TextPart:
    good = [line_no for line_no, record in records.items() if len(record) == width]

    def raw(line_no: int) -> bytes:
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow(records[line_no])
        return text.getvalue().encode()

    odd = [(line_no, raw(line_no)) for line_no, record in records.items() if len(record) != width]
    columns = [
        pa.array([records[line_no][column] for line_no in good], pa.string())
        for column in range(width)
    ]
    broken = sum(any(REPLACED in field for field in record) for record in records.values())
    return TextPart(pa.array(good, pa.int64()), columns, raw, odd, broken)
