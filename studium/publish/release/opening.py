"""A release opened: all its databases in one locked connection, held so that retention leaves it alone.

Enters: a release, limits. Leaves: an `OpenRelease` that reads its tables by their plain names, and no file, network,
extension or setting beside them. A release has one database, or one for each of its areas.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from studium.config import Workspace
from studium.errors import StudiumError
from studium.publish.manifest import Release
from studium.publish.release.running import OverdueError, Runner
from studium.publish.retention import hold_open

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

CATALOG = "release"  # `release.main.TABLE` is every table, whichever database has it
_BATCH_ROWS = 20_000
_WIDE = {"HUGEINT", "UHUGEINT"}  # which Arrow would take for floating point
_NUMBERS = count()
_Result = TypeVar("_Result")
_Open = TypeVar("_Open", bound="OpenRelease")


class Limits(NamedTuple):
    """What reading may take. Without `scratch`, a folder, nothing is spilled to the disk."""

    seconds: float
    memory_mb: int
    temporary_mb: int
    threads: int
    scratch: Path | None

    @classmethod
    def of_queries(cls, workspace: Workspace, seconds: float | None = None) -> "Limits":
        """Those of the settings `query`; `seconds` in the place of theirs."""
        limits = workspace.settings.query
        return cls(
            seconds or limits.time_limit_seconds,
            limits.memory_limit_mb,
            limits.temporary_limit_mb,
            limits.threads,
            workspace.scratch,
        )


class OpenRelease:
    """A release and the one connection to it; let go of when closed, or when nobody has it any more.

    All calls of DuckDB through `call` may together take as long as the limit; what happens between does not count.
    """

    def __init__(self, release: Release, limits: Limits, folders: Sequence[Path] = ()) -> None:
        """`folders` are all that may be read beside the databases.

        Raises DamagedReleaseError when the release is gone, DuckDB's errors when it cannot be opened.
        """
        self.release = release
        self.limits = limits
        self._hold = ExitStack()
        self._hold.enter_context(hold_open(release))
        try:
            self.connection = _connect(release, limits, folders)
        except BaseException:
            self._hold.close()
            raise
        self._runner = Runner(self.connection, limits.seconds)

    def batches(self, sql: str, values: Mapping[str, Any]) -> "Batches":
        """Rows of a query as Arrow, read as they are asked for."""
        return self.stream(self.call(lambda: self.connection.sql(sql, params=dict(values))))

    def stream(self, relation: "duckdb.DuckDBPyRelation") -> "Batches":
        """Rows of a relation as Arrow; whole numbers that Arrow does not know become decimals."""
        kinds = [str(kind) for kind in relation.types]
        if _WIDE.intersection(kinds) or len(set(relation.columns)) < len(kinds):
            relation = _fitted(relation, kinds)
        return Batches(self, self.call(lambda: relation.to_arrow_reader(_BATCH_ROWS)))

    def rows(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All rows of a small query."""
        return self.call(lambda: self.connection.execute(sql, dict(values)).fetchall())

    def number(self, sql: str, values: Mapping[str, Any]) -> int:
        """The first cell of a query, such as a count."""
        return int(self.rows(sql, values)[0][0] or 0)

    def texts(self, sql: str, values: Mapping[str, Any]) -> list[str]:
        """The first column of a query."""
        return [row[0] for row in self.rows(sql, values)]

    def call(self, work: Callable[[], _Result]) -> _Result:
        """What `work` gives, with errors for people."""
        try:
            return self.run(work)
        except OverdueError as error:
            raise StudiumError(
                f"Reading the rows {error}",
                f"release {self.release.id}",
                "Ask for less, or allow more time: --time-limit SECONDS, or "
                "query.time_limit_seconds in studium.toml",
            ) from None

    def run(self, work: Callable[[], _Result]) -> _Result:
        """What `work` gives; raises OverdueError, or what `explain` makes of DuckDB's errors."""
        import duckdb

        try:
            return self._runner.call(work)
        except duckdb.Error as error:
            raise self.explain(error) from None

    def explain(self, error: Exception) -> StudiumError:
        """What DuckDB says about rows, such as a text that is no number, for people."""
        return StudiumError(
            f"The rows cannot be read: {str(error).splitlines()[0]}",
            f"release {self.release.id}",
            "Correct --where, or ask for other columns; see: studium describe TABLE",
        )

    def close(self) -> None:
        """Let go of the release, so that retention may remove it."""
        self._runner.close()
        self._hold.close()

    def __enter__(self) -> "OpenRelease":
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()


class Batches:
    """Rows as Arrow; each batch is read when it is asked for, within the time limit."""

    def __init__(self, release: OpenRelease, reader: "pa.RecordBatchReader") -> None:
        self.schema = reader.schema
        self.rows = 0  # so far
        self._release = release
        self._reader = reader

    def __iter__(self) -> "Iterator[pa.RecordBatch]":
        while (batch := self._release.call(lambda: next(self._reader, None))) is not None:
            self.rows += batch.num_rows
            yield batch

    def read_all(self) -> "pa.Table":
        """All rows at once."""
        return self._release.call(self._reader.read_all)


def open_release(
    kind: type[_Open], release: Release, limits: Limits, folders: Sequence[Path] = ()
) -> _Open:
    """Open a release as `kind` of it; raises StudiumError, for people, when it cannot be."""
    import duckdb

    try:
        return kind(release, limits, folders)
    except duckdb.Error as error:
        raise StudiumError(
            f"The release cannot be opened: {str(error).splitlines()[0]}",
            str(release.path),
            "Go back to the one before, studium rollback, or make a new one: studium publish",
        ) from None


def databases_of(release: Release) -> dict[str, Path]:
    """The databases of a release by a name for each."""
    return {f"area_{name}": path for name, path in sorted(release.databases.items())}


def _connect(
    release: Release, limits: Limits, folders: Sequence[Path]
) -> "duckdb.DuckDBPyConnection":
    connection = _connect_to_nothing(limits)
    try:
        _attach(connection, databases_of(release))
        connection.execute("set enable_progress_bar = false")  # it goes to stdout, among the rows
        connection.execute("set TimeZone = 'UTC'")
        # DuckDB 2.0 forgets this one when it is given with the others.
        connection.execute(f"set max_temp_directory_size = '{limits.temporary_mb:d}MB'")
        if folders:
            named = [f"{folder}/" for folder in folders]
            connection.execute("set allowed_directories = $folders", {"folders": named})
        # After the rest: settings above name files, and nothing can be set once this is locked.
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


def _connect_to_nothing(limits: Limits) -> "duckdb.DuckDBPyConnection":
    """A connection whose first database is empty and cannot be written."""
    import duckdb

    config: dict[str, Any] = {
        "memory_limit": f"{limits.memory_mb}MB",
        "threads": limits.threads,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "python_enable_replacements": "false",
    }
    if limits.scratch is None:
        return duckdb.connect(config=config | {"temp_directory": ""})
    limits.scratch.mkdir(exist_ok=True)
    # A name of its own: DuckDB gives one path of a process one instance, with all that is attached.
    name = f"open-{os.getpid()}-{next(_NUMBERS)}"
    empty = limits.scratch / f"{name}.duckdb"
    empty.unlink(missing_ok=True)
    duckdb.connect(str(empty)).close()
    try:
        return duckdb.connect(
            str(empty),
            read_only=True,
            config=config | {"temp_directory": str(limits.scratch / name)},
        )
    finally:
        empty.unlink()


def _attach(connection: "duckdb.DuckDBPyConnection", databases: Mapping[str, Path]) -> None:
    """All tables as `CATALOG.main.TABLE`, and on this connection, but none of its cursors, by plain names."""
    names = [CATALOG] if len(databases) == 1 else list(databases)
    for name, database in zip(names, databases.values(), strict=True):
        connection.execute(f"attach {_text(str(database))} as {quoted(name)} (read_only)")
    if names != [CATALOG]:
        connection.execute(f"attach ':memory:' as {CATALOG} (read_write)")
        for table, name in connection.execute(
            "select table_name, database_name from duckdb_tables() where list_contains($names, database_name)",
            {"names": names},
        ).fetchall():
            place = f"{quoted(name)}.main.{quoted(table)}"
            connection.execute(f"create view {CATALOG}.main.{quoted(table)} as from {place}")
    if names:
        path = ",".join(f"{quoted(name)}.main" for name in names)
        connection.execute(f"set search_path = {_text(path)}")


def _fitted(relation: "duckdb.DuckDBPyRelation", kinds: Sequence[str]) -> "duckdb.DuckDBPyRelation":
    places = [f"c{number}" for number in range(len(kinds))]
    shown = [
        f"{f'cast({place} as decimal(38, 0))' if kind in _WIDE else place} as {quoted(name)}"
        for place, kind, name in zip(places, kinds, distinct(relation.columns), strict=True)
    ]
    sql = f"select {', '.join(shown)} from answer as fitted({', '.join(places)})"
    fitted = relation.query("answer", sql)
    if fitted is None:
        raise TypeError("a SELECT gives a relation")
    return fitted


def distinct(names: Sequence[str]) -> list[str]:
    """The same names, numbered where two are equal."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return found


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
