"""The step after the build: all analyses of the tables as they were built.

Enters: a workspace whose lock the caller holds; the folders of this room, one for each area. Leaves: marts in
warehouse.duckdb, and what they mean.
"""

from functools import cache
from importlib import import_module
from pathlib import Path

from msgspec.structs import replace

from studium.analyses.face import Analysis
from studium.config import Workspace
from studium.progress import Progress
from studium.vocabulary import Table


def analyse(workspace: Workspace, progress: Progress) -> int:
    """Bring the tables of this room up to date with the build; returns how many parts were computed.

    Does nothing without a finished build; where a workspace wants other tables alone, none of this
    room stays. Which definitions hold, fixed or compat, is what was built.
    """
    from studium.warehouse import open_warehouse, read_last_build

    if not workspace.warehouse.is_file():
        return 0
    with open_warehouse(workspace) as connection:
        last = read_last_build(connection)
        if last is None or not last.is_complete:
            return 0
        threads = workspace.settings.build.threads
        computed = 0
        for analysis in _analyses().values():
            if analysis.has_inputs(connection):
                computed += analysis.update(connection, last.interval.compat, threads, progress)
            else:
                analysis.remove(connection)
        return computed


def analysis_catalogue() -> list[Table]:
    """The tables of this room, each of the area of its folder."""
    return [
        replace(table, area=area)
        for area, analysis in _analyses().items()
        for table in analysis.tables
    ]


@cache
def _analyses() -> dict[str, Analysis]:
    here = Path(__file__).parent
    areas = sorted(below.parent.name for below in here.glob("*/__init__.py"))
    found = {area: import_module(f"studium.analyses.{area}").ANALYSIS for area in areas}
    return {area: analysis for area, analysis in found.items() if isinstance(analysis, Analysis)}
