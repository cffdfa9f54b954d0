"""Files of the lake are compared with what the ledger noted of them, just before they are read.

Enters: paths of Parquet. Leaves: their checksums, or an error: DuckDB neither writes nor verifies checksums of
Parquet, so that a bit that fell over would be another figure.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from studium.config import Workspace
from studium.errors import StudiumError
from studium.lake.checksums import checksum_of
from studium.lake.ledger import read_ledger

REPAIR = "Read it again from the landing: studium doctor --repair"
OTHER_BYTES = "holds other bytes than were written"


class DamagedLakeError(StudiumError):
    """A file of the lake is gone, changed or outdated: what is made from it would be wrong."""

    def __init__(self, path: Path, problem: str, others: int = 0) -> None:
        more = f", and {others:,} more" if others else ""
        super().__init__(f"a file of the lake {problem}{more}", str(path), REPAIR)


def checksums(workspace: Workspace, paths: Iterable[Path]) -> dict[Path, str]:
    """The XXH3 of files that are about to be read; raises DamagedLakeError where one is not the ledger's.

    An older version noted none of the files that it wrote: they are taken as they are.
    """
    paths = list(paths)
    start = len(str(workspace.lake)) + 1
    with read_ledger(workspace) as ledger:
        select = "select checksum from lake_files where path = ?"
        noted = {
            path: row["checksum"]
            for path in paths
            if (row := ledger.execute(select, (str(path)[start:],)).fetchone())
        }
    with ThreadPoolExecutor(workspace.settings.landing.processes) as pool:
        found = dict(zip(paths, pool.map(_checksum, paths), strict=True))
    damaged = [
        path for path in paths if not found[path] or found[path] != noted.get(path, found[path])
    ]
    if damaged:
        problem = OTHER_BYTES if found[damaged[0]] else "is gone"
        raise DamagedLakeError(damaged[0], problem, len(damaged) - 1)
    return found


def _checksum(path: Path) -> str:
    try:
        return checksum_of(path)
    except FileNotFoundError:
        return ""
