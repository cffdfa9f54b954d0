"""The step after the build: all analyses of the tables as they were built.

Enters: a workspace whose lock the caller holds. Leaves: marts in warehouse.duckdb.
"""

from studium.config import Workspace
from studium.progress import Progress


def analyse(workspace: Workspace, progress: Progress) -> int:
    """Bring the tables of this room up to date with the build; returns how many courses changed.

    Does nothing without a finished build; where a workspace wants other tables alone, none of this
    room stays. Which definitions hold, fixed or compat, is what was built.
    """
    from studium.analyses.item_tables import has_inputs, remove_item_tables, update_item_tables
    from studium.warehouse import open_warehouse, read_last_build

    if not workspace.warehouse.is_file():
        return 0
    with open_warehouse(workspace) as connection:
        last = read_last_build(connection)
        if last is None or not last.is_complete:
            return 0
        if not has_inputs(connection):
            remove_item_tables(connection)
            return 0
        threads = workspace.settings.build.threads
        return update_item_tables(connection, last.interval.compat, threads, progress)
