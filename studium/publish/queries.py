"""One question to a release: a single reading statement, nothing outside the release in reach.

Enters: SQL text. Leaves: an `Answer` with columns and rows. Writing, files, extensions, settings
and other databases are refused by DuckDB itself, not by looking at the words.
"""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any, TypeVar

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.publish.finding import open_held
from studium.publish.manifest import Release
from studium.publish.release import Batches, Limits, OpenRelease, OverdueError

_Result = TypeVar("_Result")
_BATCH_ROWS = 10_000
_MOST_NAMED = 3
_LONG = {"varchar", "struct", "map", "union", "array", "variant"}
_SLICED = {"list", "blob"}
_NO_TABLE = re.compile(r"Table with name (?P<name>\S+) does not exist")
_NO_COLUMN = re.compile(r'Referenced column "(?P<first>[^"]+)"|a column named "(?P<second>[^"]+)"')


class _Question(OpenRelease):
    """A release opened for one question; what DuckDB says about it is explained by the release's names."""

    sql = ""

    def call(self, work: Callable[[], _Result]) -> _Result:
        """What `work` gives; raises StudiumError that names the question or what it asks for."""
        try:
            return self.run(work)
        except OverdueError as error:
            raise StudiumError(
                f"The query {error}",
                _shorten(self.sql),
                "Ask for less, or allow more time: --time-limit SECONDS, or "
                "query.time_limit_seconds in studium.toml",
            ) from None

    def explain(self, error: Exception) -> StudiumError:
        """The nearest name, or which limit was met."""
        return _explain(error, self.sql, self.release, self.limits)


class Answer:
    """A question that is understood, and run when its rows are asked for.

    Close it, or use it in a `with`. Running may still raise StudiumError.
    """

    def __init__(self, question: _Question, sql: str) -> None:
        question.sql = sql
        self._question = question
        self.release = question.release
        self._relation = question.call(lambda: question.connection.sql(sql))
        self.columns = list(self._relation.columns)
        self.types = [str(kind) for kind in self._relation.types]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Run the query and give its rows as they are fetched."""
        connection, call = self._question.connection, self._question.call
        call(lambda: connection.execute(self._question.sql))
        while batch := call(lambda: connection.fetchmany(_BATCH_ROWS)):
            yield from batch

    def first_rows(self, most: int, widest: int) -> list[tuple[Any, ...]]:
        """Run the query for at most `most` rows, as a table shows them.

        Texts, bytes and nested values are cut by DuckDB after `widest` characters: one cell may
        hold more than this process could write out.
        """
        first = self._relation.limit(most)
        names = [f"c{number}" for number in range(len(first.types))]
        shown = [_cut(name, kind.id, widest) for name, kind in zip(names, first.types, strict=True)]
        sql = f"select {', '.join(shown)} from answer as cut({', '.join(names)})"
        cut = self._question.call(lambda: first.query("answer", sql))
        # Not `if cut`: asking for its truth would run it.
        return [] if cut is None else self._question.call(cut.fetchall)

    def batches(self) -> Batches:
        """Run the query and give its rows as Arrow, columns of one name numbered."""
        return self._question.stream(self._relation)

    def close(self) -> None:
        """Let go of the release, so that retention may remove it."""
        self._question.close()

    def __enter__(self) -> "Answer":
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()


def query(
    workspace: Workspace,
    sql: str,
    release_id: str | None = None,
    time_limit_seconds: float | None = None,
) -> Answer:
    """Run one SELECT, WITH, VALUES, FROM, DESCRIBE, SUMMARIZE or SHOW on a release.

    Without `release_id` the current release is read, without `time_limit_seconds` the setting
    holds. Raises StudiumError for anything else than
    one reading statement, for an unknown table or column (with the nearest name), for failing SQL.
    """
    _refuse_unless_one_reading_statement(sql)
    question = open_held(_Question, workspace, release_id, time_limit_seconds)
    try:
        return Answer(question, sql)
    except BaseException:
        question.close()
        raise


def _refuse_unless_one_reading_statement(sql: str) -> None:
    import duckdb

    fix = 'Ask one question that reads, for example: studium query "from TABLE limit 10"'
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise MisuseError(
            f"This is not valid SQL: {_first_line(error)}", _shorten(sql), fix
        ) from None
    if len(statements) != 1:
        raise MisuseError(f"A query is one statement, not {len(statements)}", _shorten(sql), fix)
    kind = statements[0].type
    if kind != duckdb.StatementType.SELECT:
        raise MisuseError(
            f"A query may only read a release; {kind.name} is refused", _shorten(sql), fix
        )


def _explain(error: Exception, sql: str, release: Release, limits: Limits) -> StudiumError:
    message = str(error)
    where = f"release {release.id}"
    tables = {table.name: table for table in release.manifest.tables}
    if found := _NO_TABLE.search(message):
        hint = _hint_for_table(found["name"], list(tables))
        return MisuseError(
            f"There is no table {found['name']}", where, f"{hint}List all: studium describe"
        )
    if found := _NO_COLUMN.search(message):
        return _no_column(found["first"] or found["second"], sql, release)
    if "max_temp_directory_size" in message:
        return StudiumError(
            f"The query needs more than {limits.temporary_mb:,} MB of temporary files",
            where,
            "Ask for less, or raise query.temporary_limit_mb or query.memory_limit_mb in studium.toml",
        )
    if "out of memory" in message.lower():
        return StudiumError(
            f"The query needs more than {limits.memory_mb:,} MB of memory",
            where,
            "Ask for less, or raise query.memory_limit_mb in studium.toml",
        )
    if "disabled by configuration" in message:
        return MisuseError(
            "A query reads the release and nothing else: no files, no network, no extensions",
            where,
            "List what can be read: studium describe",
        )
    return StudiumError(
        f"The query failed: {_first_line(error)}", where, "Correct it, or see: studium describe"
    )


def _hint_for_table(name: str, tables: list[str]) -> str:
    """The nearest table; what is of the lake is told apart."""
    from studium.lake import DATASETS, EVENTS

    if name == EVENTS.name:
        return "Single events are not in a release; count them: studium events TYPE. "
    if name in DATASETS:
        return f"{name} is as it arrived, in the lake; a release has what is made of it. "
    nearest = get_close_matches(name, tables, n=1, cutoff=0.4)
    return f"Did you mean {nearest[0]}? " if nearest else ""


def _no_column(name: str, sql: str, release: Release) -> MisuseError:
    """Names the nearest column of the tables that were asked, else tables that have the one meant."""
    words = set(re.findall(r"\w+", sql.lower()))
    columns = {table.name: [it.name for it in table.columns] for table in release.manifest.tables}
    asked = [table for table in columns if table.lower() in words]
    near = get_close_matches(
        name, sorted({it for table in asked or columns for it in columns[table]}), n=1, cutoff=0.4
    )
    having = sorted(table for table, names in columns.items() if name in names)[:_MOST_NAMED]
    hints = [f"Did you mean {near[0]}?"] if near else []
    hints += [f"{', '.join(having)} {'has' if len(having) == 1 else 'have'} it."] if having else []
    listed = f"List columns: studium describe {asked[0] if len(asked) == 1 else 'TABLE'}"
    of = f" in {asked[0]}" if len(asked) == 1 else ""
    return MisuseError(
        f"There is no column {name}{of}", f"release {release.id}", " ".join([*hints, listed])
    )


def _cut(name: str, kind: str, widest: int) -> str:
    """SQL of a column as a table shows it; short values stay what they are."""
    if kind in _SLICED:
        return f"left(array_slice({name}, 1, {widest})::varchar, {widest})"
    return f"left({name}::varchar, {widest})" if kind in _LONG else name


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _shorten(sql: str) -> str:
    flat = " ".join(sql.split()) or "an empty query"
    return flat if len(flat) <= 80 else flat[:79] + "…"
