"""One table as a file: tab-separated output of MySQL with a header, or comma-separated values.

Enters: a landed file and the table it holds. Leaves: typed rows in a `Sink`, and the account of its lines.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from studium.lake.archives.decompression import plain_blocks
from studium.lake.reading.parsed import Counts
from studium.lake.reading.sink import Sink
from studium.lake.reading.tables.delimited import TextPart, parts_of, whole_lines
from studium.lake.reading.tables.header import Layout, layout_of
from studium.lake.reading.tables.quoted import parts_of_records, records_of
from studium.lake.reading.tables.rows import RowWriter
from studium.lake.registry import DATASETS
from studium.vocabulary import Scope

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
EMPTY = "empty file"

Writes = Callable[[Layout, Scope, Sink, Counts], RowWriter]


@dataclass(frozen=True)
class TableFile:
    """What a file is: its table, whose rows it holds, and whether other columns than declared ones are taken.

    `writes` makes what writes its rows.
    """

    dataset: str
    scope: Scope
    may_drift: bool = True
    writes: Writes = RowWriter


def read_table(path: Path, file: TableFile, sink: Sink, advance: Callable[[int], None]) -> Counts:
    """Type the lines of a file; what cannot be typed goes to quarantine."""
    counts, damage = Counts(), list[str]()
    chunks = whole_lines(plain_blocks(path, advance), damage)
    first = next(chunks, b"").removeprefix(BYTE_ORDER_MARK)
    if not first.strip():
        counts.notes.append(EMPTY)
    else:
        _read(file, sink, counts, chain([first], chunks), is_quoted(first))
    counts.damage = damage[0] if damage else None
    return counts


def is_quoted(first: bytes) -> bool:
    """Whether a file whose first bytes these are has a header that is separated by commas."""
    header = first.split(b"\n", 1)[0]
    return b"," in header and b"\t" not in header


def _read(
    file: TableFile, sink: Sink, counts: Counts, chunks: Iterator[bytes], has_commas: bool
) -> None:
    if has_commas:
        records = records_of(chunks)
        names = next(records)
        parts = parts_of_records(records, len(names))
    else:
        first = next(chunks)
        header, rest = first.split(b"\n", 1)
        names = header.decode(errors="replace").removesuffix("\r").split("\t")
        filled = chain([rest], chunks) if rest else chunks
        parts = parts_of(filled, len(names), header.endswith(b"\r"))
    counts.lines = 1
    layout = layout_of(file.dataset, DATASETS.get(file.dataset), names)
    if isinstance(layout, Layout) and layout.has_drifted:
        counts.notes += [f"unknown column {name}" for name in layout.extra]
        counts.notes += [f"missing column {name}" for name in layout.missing]
        layout = layout if file.may_drift else "columns_changed"
    if isinstance(layout, str):
        _reject_all(parts, layout, names, counts, sink)
        return
    counts.skipped["header"] += 1
    writer = file.writes(layout, file.scope, sink, counts)
    for part in parts:
        writer.add(part, len(names))
    writer.close()


def _reject_all(
    parts: Iterable[TextPart], reason: str, names: list[str], counts: Counts, sink: Sink
) -> None:
    detail = f"the header names {', '.join(names)}"[:300]
    if reason == "no_header":
        sink.reject(1, reason, detail, "\t".join(names).encode())
    else:
        counts.skipped["header"] += 1
    for part in parts:
        lines = [(line_no, part.raw(line_no)) for line_no in part.lines.to_pylist()]
        for line_no, raw in sorted(lines + part.odd):
            sink.reject(line_no, reason, detail, raw)
            counts.lines += 1
