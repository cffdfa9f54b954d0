"""Which rows and columns of a table leave, in words for the README and in SQL.

Enters: a table of a release, names of columns, courses, a condition. Leaves: a `Selection`, or a
MisuseError with the nearest name.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from studium.errors import MisuseError
from studium.publish.exports.recipients import Recipient
from studium.publish.exports.rows.conditions import read_condition
from studium.publish.release import OpenRelease, quoted
from studium.vocabulary import Table, TableColumn

COURSE = "course_id"


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
        return release.number(f"select count(*) from {self._rows()}", self.values)

    def query(self, expressions: Sequence[str]) -> str:
        """SQL for one expression per column."""
        named = [
            f"{expression} as {quoted(column.name)}"
            for expression, column in zip(expressions, self.columns, strict=True)
        ]
        order = "" if self.is_whole else " order by all"
        return f"select {', '.join(named)} from {self._rows()}{order}"

    def _rows(self) -> str:
        return f"{self.source} where {self.condition}"


def select_rows(
    stored: Table,
    recipient: Recipient,
    columns: Sequence[str] = (),
    courses: Sequence[str] = (),
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
    if courses:
        require_course_column(table)
        keys = {f"course{number}": key for number, key in enumerate(courses, start=1)}
        values |= keys
        conditions.append(f"{COURSE} in ({', '.join(f'${name}' for name in keys)})")
        filters.append(f"course_id is {' or '.join(courses)}")
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


def require_course_column(table: Table) -> None:
    """Raise MisuseError for a table that does not say which course a row is about."""
    if COURSE not in {column.name for column in table.columns}:
        raise MisuseError(
            f"Table {table.name} has no {COURSE}",
            "--course",
            "Export all of it: leave --course out",
        )


def courses_of(release: OpenRelease, table: Table) -> list[str]:
    """The courses that a table has rows of, sorted."""
    require_course_column(table)
    sql = (
        f"select distinct {COURSE} from {quoted(table.name)} where {COURSE} is not null order by 1"
    )
    return release.texts(sql, {})


def require_courses(release: OpenRelease, known: Sequence[str], wanted: Sequence[str]) -> None:
    """Raise MisuseError, with the nearest key, for a course that no row is about."""
    for course in wanted:
        if course not in known:
            nearest = get_close_matches(course, known, n=1, cutoff=0.3)
            hint = f"Did you mean {nearest[0]}? " if nearest else ""
            raise MisuseError(
                f"There is no course {course}",
                f"release {release.release.id}",
                f"{hint}The release has {len(known):,} courses: "
                f"{', '.join(known[:10])}{', …' if len(known) > 10 else ''}",
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
