"""Which rows and columns of a table leave, in words for the README and in SQL.

Enters: a table of a release, names of columns, courses, a condition. Leaves: a `Selection`, or a
MisuseError with the nearest name.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from studium.errors import MisuseError
from studium.publish.exports.rows.conditions import read_condition
from studium.publish.release import OpenRelease, quoted
from studium.vocabulary import Table, TableColumn

COURSE = "course_id"


class Selection(NamedTuple):
    """Rows of `table` for which `condition` holds, in the order of the table, cut to `columns`.

    `filters` says the same to people; it is empty when all rows leave. `source` is SQL of a table
    that the release does not hold as such.
    """

    table: Table
    columns: tuple[TableColumn, ...]
    condition: str
    values: dict[str, Any]
    filters: tuple[str, ...]
    source: str = ""

    def count(self, release: OpenRelease) -> int:
        """How many rows leave."""
        return release.number(f"select count(*) from {self._rows()}", self.values)

    def query(self, expressions: Sequence[str]) -> str:
        """SQL for one expression per column."""
        named = [
            f"{expression} as {quoted(column.name)}"
            for expression, column in zip(expressions, self.columns, strict=True)
        ]
        return f"select {', '.join(named)} from {self._rows()}"

    def _rows(self) -> str:
        return f"{self.source or quoted(self.table.name)} where {self.condition}"


def select_rows(
    table: Table, columns: Sequence[str] = (), courses: Sequence[str] = (), where: str = ""
) -> Selection:
    """All rows and columns, unless some are named."""
    chosen = _choose_columns(table, columns)
    conditions, filters = ["true"], []
    values: dict[str, Any] = {}
    if courses:
        require_course_column(table)
        values |= {f"course{number}": key for number, key in enumerate(courses, start=1)}
        conditions.append(f"{COURSE} in ({', '.join(f'${name}' for name in values)})")
        filters.append(f"course_id is {' or '.join(courses)}")
    if where:
        condition = read_condition(where, [column.name for column in table.columns])
        conditions.append(condition.sql)
        values |= condition.values
        filters.append(" ".join(where.split()))
    return Selection(table, chosen, " and ".join(conditions), values, tuple(filters))


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
