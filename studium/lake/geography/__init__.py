"""Where addresses are: each distinct one of the lake is looked up once, and remembered.

Enters: partitions of events, a database of addresses. Leaves: one Parquet file of locations.
"""

from studium.lake.geography.locations import LOCATION_COLUMNS, Locations, locate_addresses

__all__ = ["LOCATION_COLUMNS", "Locations", "locate_addresses"]
