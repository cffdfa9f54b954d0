"""warehouse.duckdb, opened by its one writer within the limits of the settings.

Enters: a workspace. Leaves: a connection that is closed again, or an error that says who has it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from studium.config import Workspace
from studium.progress import Progress
from studium.warehouse.refusals import DamagedWarehouseError, explain

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
        connection.execute("set enable_progress_bar = false")  # DuckDB draws it on stdout
        yield connection
    except duckdb.Error as error:
        raise explain(str(error), "warehouse", workspace) from error
    finally:
        connection.close()


def set_aside(workspace: Workspace, damage: DamagedWarehouseError, progress: Progress) -> Path:
    """Move a damaged warehouse out of the way, and say so: all that it held is in the lake."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    kept = workspace.warehouse.with_name(f"{workspace.warehouse.name}.damaged-{moment}")
    os.replace(workspace.warehouse, kept)
    # Of the same damaged file; beside a new one it would be replayed into it.
    log = workspace.warehouse.with_name(f"{workspace.warehouse.name}.wal")
    if log.exists():
        os.replace(log, kept.with_name(f"{kept.name}.wal"))
    progress.note(
        f"{damage.problem}. It is kept as {kept.name} and made again in full from the lake; "
        "remove that file when you need it no more."
    )
    return kept


def inspect_warehouse(workspace: Workspace) -> int:
    """Read every row of a warehouse that exists, and return how many there are; changes nothing.

    Raises DamagedWarehouseError when it cannot be read, StudiumError when it is in use.
    """
    import duckdb

    try:
        with duckdb.connect(str(workspace.warehouse), True, _reading(workspace)) as connection:
            found = connection.execute(
                'select format(\'"{}"."{}"\', schema_name, table_name) from duckdb_tables()'
            )
            return sum(_read_rows(connection, table) for (table,) in found.fetchall())
    except duckdb.Error as error:
        raise explain(str(error), "warehouse", workspace) from None


def _reading(workspace: Workspace) -> dict[str, str | bool | int | float | list[str]]:
    settings = duckdb_settings(workspace)
    return {name: settings[name] for name in ("memory_limit", "threads")}


def _read_rows(connection: "DuckDBPyConnection", table: str) -> int:
    """Rows of `table`; hashing them reads every block, counting alone does not."""
    found = connection.execute(f"select count(*), bit_xor(hash(it)) from {table} as it").fetchone()
    return int(found[0]) if found else 0
