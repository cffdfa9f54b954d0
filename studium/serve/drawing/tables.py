"""Tables of pages: columns that know how to be written, rows as queries give them, and their CSV.

A chart draws the columns of a table, so that what is drawn, what is listed and what is downloaded
are the same numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from studium.publish import csv_text

Row = Mapping[str, Any]

FEW = 10
NUMBERS = {"count", "decimal", "percent", "seconds", "change"}


@dataclass(frozen=True)
class Column:
    """One column: where its value stands in a row, its heading, and how it is written.

    `kind` is text, key, date, time, mark, spark, or a number: count, decimal, percent (of a fraction from
    0 to 1), seconds, change (with its sign). `link` and `under` name other fields of the row: the
    address of the cell, and a second line below it. A percent with `bar` has a bar beside it; `of` names
    the field with how many people it is of, and one of few is marked.
    """

    name: str
    label: str
    kind: str = "text"
    link: str | None = None
    under: str | None = None
    bar: bool = False
    of: str | None = None

    def is_of_few(self, row: Row) -> bool:
        """Whether a share is of so few people that one of them moves it by more than a tenth."""
        people = row.get(self.of) if self.of else None
        return people is not None and people < FEW and row.get(self.name) is not None

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS


@dataclass(frozen=True)
class Table:
    """Rows under columns; the first column names the row. `empty` says why there may be none.

    What the numbers mean: the datasets or columns in `sources`, or `meaning` where they come from elsewhere.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    empty: str = "There is nothing to list."
    sources: tuple[str, ...] = ()
    meaning: str = ""

    def column(self, name: str) -> Column:
        """The column `name`; KeyError for one that the table lacks."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def values(self, name: str) -> list[Any]:
        """What a column holds, ready for JSON: dates as ISO text, decimals as floats."""
        return [plain(row.get(name)) for row in self.rows]


def plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def as_csv(table: Table) -> str:
    """The table as CSV with the names of its columns; missing values are empty."""
    columns = [column for column in table.columns if column.kind != "spark"]
    rows = ([_in_file(row.get(column.name)) for column in columns] for row in table.rows)
    return csv_text([column.name for column in columns], rows).decode()


def _in_file(value: Any) -> Any:
    """Shares with nine digits: the seventeenth is of the division."""
    return round(value, 9) if isinstance(value, float) else value
