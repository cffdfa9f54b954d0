"""Files of Stata and SPSS, within what these programs can hold.

Enters: a selection of an open release, a stream. Leaves: the file's bytes, and new names of columns whose
own names the program refuses. Both formats are made in memory, so their size is limited.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from studium.errors import StudiumError
from studium.publish.exports.files import Stream
from studium.publish.exports.names import Dialect, file_names
from studium.publish.exports.rows.selections import Selection
from studium.publish.release import OpenRelease, quoted
from studium.vocabulary import TableColumn

if TYPE_CHECKING:
    import pandas

MOST_CELLS = 100_000_000
_MOST_EXACT = 2**53
_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_WIDE = {"HUGEINT", "UBIGINT", "UHUGEINT"}
_KEPT = {"VARCHAR", "DATE", "TIMESTAMP"}
_STATA_WORDS = """
    aggregate array boolean break byte case catch class colvector complex const continue default
    delegate delete do double else eltypedef end enum explicit export external float for friend
    function global goto if in inline int local long matrix namespace new null numeric nopromote
    operator orgtypedef pointer polymorphic pragma private protected public quad real return
    rowvector scalar short signed sizeof static strl string struct super switch template this throw
    transmorphic try typedef typename union unsigned using vector version virtual void while with
"""


def _words(text: str) -> list[str]:
    return text.split()


_STATA = Dialect(
    longest=32,
    reserved=frozenset(_words(_STATA_WORDS)),
)
_SPSS = Dialect(
    longest=64, reserved=frozenset(_words("all and by eq ge gt le lt ne not or to with"))
)
_STATA_LABEL, _SPSS_LABEL = 80, 120
_STATA_LARGEST = 8.9884656743e307
_SPSS_LONGEST_TEXT = 32_767


class _Frame(NamedTuple):
    """Rows as the writer takes them, with everything that is said about their columns."""

    rows: "pandas.DataFrame"
    labels: dict[str, str]
    value_labels: dict[str, dict[int, str]]
    renamed: dict[str, str]


def write_stata(
    release: OpenRelease, selection: Selection, stream: Stream, advance: Callable[[float], None]
) -> dict[str, str]:
    """Write a .dta file of version 118; raises StudiumError when there are too many rows."""
    from tempfile import TemporaryDirectory

    import pyreadstat

    frame = _read(release, selection, _STATA, _STATA_LABEL)
    for name in frame.rows.select_dtypes("float64"):
        column = frame.rows[name]
        frame.rows[name] = column.mask(column.abs() > _STATA_LARGEST)
    with TemporaryDirectory(dir=release.limits.scratch) as folder:
        path = Path(folder) / "rows.dta"
        pyreadstat.write_dta(
            frame.rows,
            path,
            file_label=selection.table.name[:80],
            column_labels=frame.labels,
            variable_value_labels=frame.value_labels,
            version=15,
        )
        _copy(path, stream)
    advance(float(len(frame.rows)))
    return frame.renamed


def write_spss(
    release: OpenRelease, selection: Selection, stream: Stream, advance: Callable[[float], None]
) -> dict[str, str]:
    """Write a .sav file; raises StudiumError when there are too many rows or a text is too long."""
    from tempfile import TemporaryDirectory

    import pyreadstat

    frame = _read(release, selection, _SPSS, _SPSS_LABEL)
    _refuse_long_texts(frame.rows, selection)
    with TemporaryDirectory(dir=release.limits.scratch) as folder:
        path = Path(folder) / "rows.sav"
        pyreadstat.write_sav(
            frame.rows,
            path,
            file_label=selection.table.name[:64],
            column_labels=frame.labels,
            variable_value_labels=frame.value_labels,
            row_compress=True,
        )
        _copy(path, stream)
    advance(float(len(frame.rows)))
    return frame.renamed


def _read(
    release: OpenRelease, selection: Selection, dialect: Dialect, longest_label: int
) -> _Frame:
    _refuse_many_cells(release, selection)
    expressions = [_as_plain(column, release, selection) for column in selection.columns]
    table = release.batches(selection.query(expressions), selection.values).read_all()
    names = file_names([column.name for column in selection.columns], dialect)
    rows = table.to_pandas(date_as_object=True).set_axis(list(names.values()), axis="columns")
    labels = {
        names[column.name]: _shorten(column.description, longest_label)
        for column in selection.columns
    }
    flags = {
        names[column.name]: {0: "false", 1: "true"}
        for column in selection.columns
        if column.type == "BOOLEAN"
    }
    renamed = {name: new for name, new in names.items() if name != new}
    return _Frame(rows, labels, flags, renamed)


def _as_plain(column: TableColumn, release: OpenRelease, selection: Selection) -> str:
    """SQL of a column as number, date, time or text; NUL would end a text early."""
    name, kind = quoted(column.name), column.type
    if kind in {"BIGINT", *_WIDE} and _is_beyond(name, release, selection):
        return f"cast({name} as varchar)"
    if kind in {"DATE", "TIMESTAMP", "DOUBLE"}:
        return name
    if kind == "BOOLEAN" or kind in _WHOLE | _WIDE or kind.startswith(("DECIMAL", "FLOAT")):
        return f"cast({name} as double)"
    if kind not in _KEPT and (kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))):
        return f"cast(to_json({name}) as varchar)"
    return f"replace(cast({name} as varchar), chr(0), chr(65533))"


def _is_beyond(name: str, release: OpenRelease, selection: Selection) -> bool:
    largest = selection._replace(columns=selection.columns[:1]).query(
        [f"max(abs(cast({name} as hugeint)))"]
    )
    return release.number(largest, selection.values) > _MOST_EXACT


def _refuse_many_cells(release: OpenRelease, selection: Selection) -> None:
    rows = selection.count(release)
    if rows * len(selection.columns) > MOST_CELLS:
        raise StudiumError(
            f"{rows:,} rows of {len(selection.columns)} columns are too many for a file of Stata or SPSS",
            f"table {selection.table.name}",
            "Name --columns or fewer rows, or take Parquet, which both programs read: --format parquet",
        )


def _refuse_long_texts(rows: "pandas.DataFrame", selection: Selection) -> None:
    for name in rows.select_dtypes(["object", "string"]):
        longest = max((len(str(text).encode()) for text in rows[name].dropna()), default=0)
        if longest > _SPSS_LONGEST_TEXT:
            raise StudiumError(
                f"Column {name} holds a text of {longest:,} bytes; SPSS takes {_SPSS_LONGEST_TEXT:,}",
                f"table {selection.table.name}",
                "Leave the column out with --columns, or take another format, such as stata or parquet",
            )


def _shorten(text: str, longest: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"


def _copy(path: Path, stream: Stream) -> None:
    with path.open("rb") as source:
        while block := source.read(1 << 20):
            stream.write(block)
