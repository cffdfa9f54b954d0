"""The one way out: how a release is opened, and how rows of it become bytes.

Enters: a release, limits, SQL. Leaves: a locked connection that holds its release; rows in
one dialect, in an order that tells nothing.
"""

from studium.publish.release.cells import as_cell, as_cells, as_json, is_formula
from studium.publish.release.opening import (
    CATALOG,
    Batches,
    Limits,
    OpenRelease,
    databases_of,
    open_release,
    quoted,
)
from studium.publish.release.ordering import in_total_order
from studium.publish.release.running import OverdueError, stop_hard
from studium.publish.release.writing import Form, csv_lines, csv_text, media_type, write_rows

__all__ = [
    "CATALOG",
    "Batches",
    "Form",
    "Limits",
    "OpenRelease",
    "OverdueError",
    "as_cell",
    "as_cells",
    "as_json",
    "csv_lines",
    "csv_text",
    "databases_of",
    "in_total_order",
    "is_formula",
    "media_type",
    "open_release",
    "quoted",
    "stop_hard",
    "write_rows",
]
