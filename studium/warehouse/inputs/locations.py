"""Locations of addresses as models see them.

Enters: the lake's file of locations. Leaves: the view lake.ip_locations in warehouse.duckdb.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class AddressLocations(Protocol):
    """Where addresses are; `studium.lake.Locations` is one."""

    @property
    def path(self) -> Path | None: ...
    @property
    def fingerprint(self) -> str: ...


def register_locations(connection: "DuckDBPyConnection", locations: AddressLocations) -> None:
    """Create or replace the view over the file of locations; typed without any."""
    from studium.lake import LOCATION_COLUMNS

    if locations.path is None:
        columns = ", ".join(f"null::{kind} as {name}" for name, kind in LOCATION_COLUMNS.items())
        origin = "where false"
    else:
        columns = ", ".join(LOCATION_COLUMNS)
        path = str(locations.path).replace("'", "''")
        origin = f"from read_parquet('{path}', hive_partitioning = false)"
    connection.execute("create schema if not exists lake")
    connection.execute(f"create or replace view lake.ip_locations as select {columns} {origin}")
