"""A release held open while its tables leave, so that retention does not remove it.

Enters: a workspace, the id of a release. Leaves: rows as Arrow, by SQL made here with bound values.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studium.config import Workspace
from studium.errors import StudiumError
from studium.publish.manifest import Release
from studium.publish.release_store import find_release

if TYPE_CHECKING:
    import duckdb
    import pyarrow

_BATCH_ROWS = 20_000


class OpenRelease:
    """A release and the one connection to it; `scratch` is for temporary files."""

    def __init__(
        self, release: Release, connection: "duckdb.DuckDBPyConnection", scratch: Path
    ) -> None:
        self.release = release
        self.scratch = scratch
        self._connection = connection

    def batches(self, sql: str, values: Mapping[str, Any]) -> "pyarrow.RecordBatchReader":
        """Rows of a query in the order of the table; each batch is read when it is asked for."""
        import duckdb

        try:
            return self._connection.sql(sql, params=dict(values)).to_arrow_reader(_BATCH_ROWS)
        except duckdb.Error as error:
            raise self.failed(error) from None

    def number(self, sql: str, values: Mapping[str, Any]) -> int:
        """The first cell of a query, such as a count."""
        import duckdb

        try:
            rows = self._connection.execute(sql, dict(values)).fetchall()
        except duckdb.Error as error:
            raise self.failed(error) from None
        return int(rows[0][0] or 0)

    def texts(self, sql: str, values: Mapping[str, Any]) -> list[str]:
        """The first column of a query."""
        return [row[0] for row in self._connection.execute(sql, dict(values)).fetchall()]

    def failed(self, error: Exception) -> StudiumError:
        """What DuckDB says about the rows, such as a text that is no number, for people."""
        first = str(error).splitlines()[0]
        return StudiumError(
            f"The rows cannot be read: {first}",
            f"release {self.release.id}",
            "Correct --where, or ask for other columns; see: studium describe TABLE",
        )


@contextmanager
def open_release(workspace: Workspace, release_id: str | None) -> Iterator[OpenRelease]:
    """The named release, else the current one; raises StudiumError when it cannot be opened."""
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
    try:
        yield OpenRelease(release, connection, workspace.scratch)
    finally:
        connection.close()


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
