"""Rows as files for other programs: CSV, Parquet, Stata, SPSS.

Enters: a selection of an open release, a stream. Leaves: bytes on the stream, and the names that columns
have in the file where the format does not take theirs.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from studium.publish.exports.files import Stream
from studium.publish.exports.graphs import write_network
from studium.publish.exports.rows.reading import OpenRelease
from studium.publish.exports.rows.selections import Selection, quoted
from studium.publish.exports.statistical_files import write_spss, write_stata
from studium.vocabulary import TableColumn

if TYPE_CHECKING:
    import pyarrow

Advance = Callable[[float], None]
Renamed = dict[str, str]

_NESTED = ("STRUCT", "MAP", "UNION")
# A text that a spreadsheet would take for a formula; one that is a number is none.
_FORMULA = r"^[=+\-@\t\r]"
_NUMBER = r"^[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?$"


class Format(NamedTuple):
    """How a format is called, what its files end in, and how rows become one."""

    name: str
    suffix: str
    write: Callable[[OpenRelease, Selection, Stream, Advance], Renamed]
    note: str = ""


def _write_csv(
    release: OpenRelease, selection: Selection, stream: Stream, advance: Advance
) -> Renamed:
    from pyarrow import csv

    sql = selection.query([_as_csv(column) for column in selection.columns])
    reader = release.batches(sql, selection.values)
    options = csv.WriteOptions(include_header=True, quoting_style="needed")
    with csv.CSVWriter(stream, reader.schema, write_options=options) as writer:
        for batch in reader:
            writer.write_batch(batch)
            advance(float(batch.num_rows))
    return {}


def _as_csv(column: TableColumn) -> str:
    name = quoted(column.name)
    if column.type == "VARCHAR":
        text = name
    elif is_nested(column):
        text = f"cast(to_json({name}) as varchar)"
    elif column.type == "BLOB":
        text = f"hex({name})"
    elif column.type == "HUGEINT":
        return f"cast({name} as decimal(38, 0))"
    else:
        return name
    return (
        f"case when regexp_matches({text}, '{_FORMULA}') and not regexp_matches({text}, '{_NUMBER}')"
        f" then '''' || {text} else {text} end"
    )


def without_formula(text: str) -> str:
    """A text that no spreadsheet runs; what would be a formula has an apostrophe before it."""
    return f"'{text}" if re.search(_FORMULA, text) and not re.search(_NUMBER, text) else text


def is_nested(column: TableColumn) -> bool:
    """Whether a cell holds a list or named parts."""
    return column.type.endswith("]") or column.type.startswith(_NESTED)


def _write_parquet(
    release: OpenRelease, selection: Selection, stream: Stream, advance: Advance
) -> Renamed:
    import pyarrow.parquet

    sql = selection.query([quoted(column.name) for column in selection.columns])
    reader = release.batches(sql, selection.values)
    schema = _described(reader.schema, release, selection)
    with pyarrow.parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch.cast(schema))
            advance(float(batch.num_rows))
    return {}


def _described(
    schema: "pyarrow.Schema", release: OpenRelease, selection: Selection
) -> "pyarrow.Schema":
    """The same columns with their definitions, and the release, as metadata of the file."""
    import pyarrow

    fields = [
        field.with_metadata({"description": column.description, "unit": column.unit})
        for field, column in zip(schema, selection.columns, strict=True)
    ]
    about = {
        "studium.release": release.release.id,
        "studium.table": selection.table.name,
        "studium.grain": selection.table.grain,
        "studium.filters": "; ".join(selection.filters),
    }
    return pyarrow.schema(fields, metadata=about)


FORMATS = {
    "csv": Format(
        "CSV",
        ".csv",
        _write_csv,
        'UTF-8 with a header; NULL is an empty cell, an empty text is `""`; times are UTC. A text that a '
        "spreadsheet would run as a formula (it begins with =, +, -, @, a tab or a carriage return, and is "
        "no number) has an apostrophe before it; the other formats have it as it is.",
    ),
    "parquet": Format(
        "Parquet", ".parquet", _write_parquet, "Definitions of columns are metadata of the fields."
    ),
    "stata": Format(
        "Stata",
        ".dta",
        write_stata,
        "Stata 14 or later. NULL is missing, of texts the empty one. Labels hold the first 80 characters of a "
        "definition. Whole numbers beyond 9,007,199,254,740,992, which Stata cannot hold, are texts.",
    ),
    "spss": Format(
        "SPSS",
        ".sav",
        write_spss,
        "NULL is missing, of texts the empty one. Whole numbers beyond 9,007,199,254,740,992, which SPSS cannot "
        "hold, are texts.",
    ),
    "graphml": Format(
        "GraphML",
        ".graphml",
        write_network,
        "An undirected graph: a node per course with its `learners`, an edge per row with the shared learners as "
        "`weight`.",
    ),
}
