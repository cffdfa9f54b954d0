"""Which rows and columns of a table leave, in words for the README and in SQL.

Enters: a table of a release, names of columns, scopes, a condition. Leaves: a `Selection`, or a
MisuseError with the nearest name.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from studium.errors import MisuseError
from studium.publish.exports.recipients import Recipient
from studium.publish.exports.rows.conditions import read_condition
from studium.publish.exports.rows.scopes import Cut
from studium.publish.release import OpenRelease, quoted
from studium.vocabulary import Table, TableColumn


class Selection(NamedTuple):
    """Rows of `table`, as `recipient` has it, for which `condition` holds, cut to `columns`.

    They stand in the order of the table where all of it leaves, else in the order of what leaves: the other would
    tell of what does not. `filters` says the same to people; empty: all rows leave. `source` is SQL of the rows.
    """

    table: Table
    columns: tuple[TableColumn, ...]
    condition: str
    values: dict[str, Any]
    filters: tuple[str, ...]
    source: str
    recipient: Recipient
    is_whole: bool = False

    def count(self, release: OpenRelease) -> int:
        """How many rows leave."""
        return release.number(f"select count(*) from {self.rows}", self.values)

    def query(self, expressions: Sequence[str]) -> str:
        """SQL for one expression per column."""
        named = [
            f"{expression} as {quoted(column.name)}"
            for expression, column in zip(expressions, self.columns, strict=True)
        ]
        order = "" if self.is_whole else " order by all"
        return f"select {', '.join(named)} from {self.rows}{order}"

    @property
    def rows(self) -> str:
        """What leaves, as SQL has it behind `from`."""
        return f"{self.source} where {self.condition}"


def select_rows(
    stored: Table,
    recipient: Recipient,
    columns: Sequence[str] = (),
    cut: Cut | None = None,
    where: str = "",
) -> Selection:
    """All rows and columns that the recipient gets, unless some are named.

    Raises MisuseError for a table of which the recipient gets nothing.
    """
    table = recipient.table(stored)
    if table is None or not table.columns:
        raise MisuseError(
            f"Table {stored.name} is not for a {recipient.name}",
            "--for",
            "Leave --for out, or export another table: studium describe",
        )
    chosen = _choose_columns(table, columns)
    source, given = recipient.rows(stored)
    conditions, filters = ["true"], []
    values: dict[str, Any] = dict(given)
    if cut:
        keys = {f"scope{number}": key for number, key in enumerate(cut.ids, start=1)}
        values |= keys
        conditions.append(f"{quoted(cut.column)} in ({', '.join(f'${name}' for name in keys)})")
        filters.append(f"{cut.column} is {' or '.join(cut.ids)}")
    if where:
        condition = read_condition(where, [column.name for column in table.columns])
        conditions.append(condition.sql)
        values |= condition.values
        filters.append(" ".join(where.split()))
    is_whole = source == quoted(stored.name) and len(chosen) == len(stored.columns)
    condition_sql = " and ".join(conditions)
    return Selection(
        table, chosen, condition_sql, values, tuple(filters), source, recipient, is_whole
    )


def _choose_columns(table: Table, names: Sequence[str]) -> tuple[TableColumn, ...]:
    known = {column.name: column for column in table.columns}
    by_lower = {name.lower(): name for name in known}
    chosen: list[TableColumn] = []
    for name in names:
        found = known.get(by_lower.get(name.lower(), ""))
        if found is None:
            nearest = get_close_matches(name, known, n=1, cutoff=0.4)
            hint = f"Did you mean {nearest[0]}? " if nearest else ""
            raise MisuseError(
                f"Table {table.name} has no column {name}",
                "--columns",
                f"{hint}Columns: {', '.join(known)}",
            )
        if found in chosen:
            raise MisuseError(f"Column {found.name} is named twice", "--columns", "Name it once.")
        chosen.append(found)
    return tuple(chosen) or tuple(table.columns)
