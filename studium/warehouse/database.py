"""warehouse.duckdb, opened by its one writer within the limits of the settings.

Enters: a workspace. Leaves: a connection that is closed again, or an error that says who has it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from studium.config import Workspace
from studium.warehouse.refusals import explain

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def duckdb_settings(workspace: Workspace) -> dict[str, str | bool | int | float | list[str]]:
    """How DuckDB is opened for a build: limits from the settings; no model needs a time zone."""
    settings = workspace.settings.build
    return {
        "memory_limit": f"{settings.memory_limit_mb}MB",
        "threads": settings.threads,
        "temp_directory": str(workspace.scratch / "duckdb"),
        "preserve_insertion_order": False,
    }


@contextmanager
def open_warehouse(workspace: Workspace) -> Iterator["DuckDBPyConnection"]:
    """The warehouse, made if missing; raises StudiumError when it is in use or broken."""
    import duckdb

    workspace.scratch.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(workspace.warehouse), config=duckdb_settings(workspace))
    except duckdb.Error as error:
        raise explain(str(error), "warehouse", workspace) from error
    try:
        yield connection
    except duckdb.Error as error:
        raise explain(str(error), "warehouse", workspace) from error
    finally:
        connection.close()
