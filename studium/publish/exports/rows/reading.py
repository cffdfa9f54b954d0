"""A release held open while its tables leave, so that retention does not remove it.

Enters: a workspace, the id of a release. Leaves: rows as Arrow, by SQL made here with bound values.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from studium.config import Workspace
from studium.errors import StudiumError
from studium.publish.manifest import Release
from studium.publish.release_store import find_release
from studium.publish.runner import OverdueError, Runner

if TYPE_CHECKING:
    import duckdb
    import pyarrow

_BATCH_ROWS = 20_000
_Result = TypeVar("_Result")


class Batches:
    """Rows of a query as Arrow; each batch is read when it is asked for, within the time limit."""

    def __init__(self, release: "OpenRelease", reader: "pyarrow.RecordBatchReader") -> None:
        self.schema = reader.schema
        self._release = release
        self._reader = reader

    def __iter__(self) -> "Iterator[pyarrow.RecordBatch]":
        while (batch := self._release.call(lambda: next(self._reader, None))) is not None:
            yield batch

    def read_all(self) -> "pyarrow.Table":
        """All rows at once."""
        return self._release.call(self._reader.read_all)


class OpenRelease:
    """A release and the one connection to it; `scratch` is for temporary files.

    All reading together may take as long as the limit; writing does not count.
    """

    def __init__(
        self,
        release: Release,
        connection: "duckdb.DuckDBPyConnection",
        scratch: Path,
        limit_seconds: float,
    ) -> None:
        self.release = release
        self.scratch = scratch
        self._connection = connection
        self._runner = Runner(connection, limit_seconds)

    def batches(self, sql: str, values: Mapping[str, Any]) -> Batches:
        """Rows of a query in the order of the table."""
        reader = self.call(
            lambda: self._connection.sql(sql, params=dict(values)).to_arrow_reader(_BATCH_ROWS)
        )
        return Batches(self, reader)

    def rows(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All rows of a small query."""
        return self.call(lambda: self._connection.execute(sql, dict(values)).fetchall())

    def number(self, sql: str, values: Mapping[str, Any]) -> int:
        """The first cell of a query, such as a count."""
        return int(self.rows(sql, values)[0][0] or 0)

    def texts(self, sql: str, values: Mapping[str, Any]) -> list[str]:
        """The first column of a query."""
        return [row[0] for row in self.rows(sql, values)]

    def close(self) -> None:
        """Let go of the release, so that retention may remove it."""
        self._runner.close()

    def call(self, work: Callable[[], _Result]) -> _Result:
        """What `work` gives, with DuckDB's errors for people."""
        import duckdb

        try:
            return self._runner.call(work)
        except OverdueError as error:
            raise StudiumError(
                f"Reading the rows {error}",
                f"release {self.release.id}",
                "Export less, or allow more time: --time-limit SECONDS, or "
                "query.time_limit_seconds in studium.toml",
            ) from None
        except duckdb.Error as error:
            raise self.failed(error) from None

    def failed(self, error: Exception) -> StudiumError:
        """What DuckDB says about the rows, such as a text that is no number, for people."""
        first = str(error).splitlines()[0]
        return StudiumError(
            f"The rows cannot be read: {first}",
            f"release {self.release.id}",
            "Correct --where, or ask for other columns; see: studium describe TABLE",
        )


@contextmanager
def open_release(
    workspace: Workspace, release_id: str | None, time_limit_seconds: float | None = None
) -> Iterator[OpenRelease]:
    """The named release, else the current one; raises StudiumError when it cannot be opened.

    Without `time_limit_seconds` the setting of queries holds.
    """
    import duckdb

    release = find_release(workspace, release_id)
    try:
        connection = _connect(workspace, release)
    except duckdb.Error as error:
        if release.database.exists():
            raise StudiumError(
                f"The release cannot be opened: {str(error).splitlines()[0]}",
                str(release.database),
                "Go back to the one before, studium rollback, or make a new one: studium publish",
            ) from None
        # Removed between looking and opening: `current` has moved on by then.
        release = find_release(workspace, release_id)
        connection = _connect(workspace, release)
    limit = time_limit_seconds or workspace.settings.query.time_limit_seconds
    opened = OpenRelease(release, connection, workspace.scratch, limit)
    try:
        yield opened
    finally:
        opened.close()


def _connect(workspace: Workspace, release: Release) -> "duckdb.DuckDBPyConnection":
    import duckdb

    limits = workspace.settings.query
    workspace.scratch.mkdir(exist_ok=True)
    connection = duckdb.connect(
        str(release.database),
        read_only=True,
        config={
            "memory_limit": f"{limits.memory_limit_mb}MB",
            "threads": limits.threads,
            "temp_directory": str(workspace.scratch / "export"),
            "preserve_insertion_order": "true",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    # After the rest: settings above name a folder, and nothing can be set once this is locked.
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection
