"""Rows as files for other programs: CSV, Parquet, Stata, SPSS.

Enters: a selection of an open release, a stream. Leaves: bytes on the stream, and the names that columns
have in the file where the format does not take theirs.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from studium.publish.exports.files import Stream
from studium.publish.exports.rows.selections import Selection
from studium.publish.exports.statistical_files import write_spss, write_stata
from studium.publish.release import Form, OpenRelease, quoted, write_rows
from studium.vocabulary import TableColumn

if TYPE_CHECKING:
    import pyarrow

Advance = Callable[[float], None]
Renamed = dict[str, str]

_NESTED = ("STRUCT", "MAP", "UNION")


class FileFormat(NamedTuple):
    """How a format is called, what its files end in, and how rows become one."""

    name: str
    suffix: str
    write: Callable[[OpenRelease, Selection, Stream, Advance], Renamed]
    note: str = ""


def _write_csv(
    release: OpenRelease, selection: Selection, stream: Stream, advance: Advance
) -> Renamed:
    _write(release, selection, stream, advance, Form.CSV)
    return {}


def _write(
    release: OpenRelease, selection: Selection, stream: Stream, advance: Advance, form: Form
) -> None:
    sql = selection.query([quoted(column.name) for column in selection.columns])
    batches = release.batches(sql, selection.values)
    schema = _described(batches.schema, release, selection)
    told = 0
    for block in write_rows(schema, batches, form):
        stream.write(block)
        advance(float(batches.rows - told))
        told = batches.rows


def is_nested(column: TableColumn) -> bool:
    """Whether a cell holds a list or named parts."""
    return column.type.endswith("]") or column.type.startswith(_NESTED)


def _write_parquet(
    release: OpenRelease, selection: Selection, stream: Stream, advance: Advance
) -> Renamed:
    _write(release, selection, stream, advance, Form.PARQUET)
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
    "csv": FileFormat(
        "CSV",
        ".csv",
        _write_csv,
        'UTF-8 with a header, cells in quotes only where they must be; NULL is an empty cell, an empty text is `""`; '
        "times are UTC as ISO 8601. A text that a spreadsheet would run as a formula (behind blanks, quotes and "
        "signs that are not seen, it begins with =, +, - or @, in whatever width, and is no number) has an "
        "apostrophe before it; the other formats have it as it is.",
    ),
    "parquet": FileFormat(
        "Parquet", ".parquet", _write_parquet, "Definitions of columns are metadata of the fields."
    ),
    "stata": FileFormat(
        "Stata",
        ".dta",
        write_stata,
        "Stata 14 or later. NULL is missing, of texts the empty one. Labels hold the first 80 characters of a "
        "definition. Whole numbers beyond 9,007,199,254,740,992, which Stata cannot hold, are texts.",
    ),
    "spss": FileFormat(
        "SPSS",
        ".sav",
        write_spss,
        "NULL is missing, of texts the empty one. Whole numbers beyond 9,007,199,254,740,992, which SPSS cannot "
        "hold, are texts.",
    ),
}
