"""A warehouse built from log files, and its rows as plain Python values.

Enters: folders or files of tracking logs. Leaves: workspaces whose marts can be compared.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from studium.config import Settings, Workspace
from studium.lake import land
from studium.progress import Silent
from studium.sources import find_files
from studium.warehouse import BuildReport, Interval, build
from studium.warehouse.project import FOLDER

MARTS = tuple(sorted(file.stem for file in (FOLDER / "models").glob("*/marts/**/*.sql")))
WORLD = Path(__file__).parents[1] / "world"
SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"

Row = tuple[Any, ...]


def new_workspace(folder: Path) -> Workspace:
    """A workspace with default settings, nothing in it."""
    return Workspace(folder / "workspace", Settings())


def land_paths(workspace: Workspace, *paths: Path) -> None:
    """Land files or folders."""
    land(workspace, find_files(workspace, list(paths)))


def build_all(workspace: Workspace, interval: Interval = Interval()) -> BuildReport:  # noqa: B008
    """Build what the lake holds."""
    return build(workspace, interval, Silent())


def tracking(folder: Path) -> None:
    """The logs of the test world, built."""
    workspace = Workspace(folder, Settings())
    land_paths(workspace, WORLD / "tracking")
    build_all(workspace)


def tracking_compat(folder: Path) -> None:
    """The same as the published systems compute."""
    workspace = Workspace(folder, Settings())
    land_paths(workspace, WORLD / "tracking")
    build_all(workspace, Interval(compat=True))


def rows_of(workspace: Workspace, mart: str) -> list[Row]:
    """All rows of a mart, sorted by all columns."""
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        return connection.execute(f"from marts.{mart} order by all").fetchall()


def all_marts(workspace: Workspace) -> dict[str, list[Row]]:
    """All rows of all marts."""
    return {mart: rows_of(workspace, mart) for mart in MARTS}


def texts_of(workspace: Workspace, mart: str) -> list[list[str]]:
    """The header and the sorted rows of a mart as the text of a CSV; NULL is `\\N`."""
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        found = connection.execute(f"from marts.{mart}")
        header = [column[0] for column in found.description or []]
        return [header, *sorted([_text(value) for value in row] for row in found.fetchall())]


def read_csv(path: Path) -> list[list[str]]:
    """The header and the sorted rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    return [header, *sorted(rows)]


def write_csv(path: Path, table: Sequence[Sequence[str]]) -> None:
    """Write a header and rows, with plain line ends."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(table)


def _text(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, float):
        return f"{value:.9f}".rstrip("0").rstrip(".")
    return str(value)
