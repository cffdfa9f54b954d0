"""Lines that are no event, and values that are none of their column: kept with file, line, reason and raw bytes.

Enters: lake/quarantine/<sha256>.parquet. Leaves: rejects, listed or sampled, or a new landing of their files.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.lake.health.reading import REPAIR, checksums
from studium.lake.ledger import COUNTED, read_ledger
from studium.lake.parse_queue import LandReport, parse_again
from studium.progress import Progress, Silent


@dataclass(frozen=True)
class Reject:
    """A line in quarantine; `raw` holds its bytes as they came, or those of the one value that did not fit."""

    path: str
    sha256: str
    line: int
    reason: str
    detail: str
    raw: bytes


def quarantined(
    workspace: Workspace,
    reason: str | None = None,
    file: str | None = None,
    limit: int | None = None,
) -> list[Reject]:
    """Rejects in the order of file and line; `file` is a path or a part of one, `limit` counts rejects."""
    rejects = (
        reject
        for sha256, path in _files_with_rejects(workspace, file)
        for reject in _rejects_of(workspace, sha256, path)
        if reason is None or reject.reason == reason
    )
    return list(islice(rejects, limit))


def rejects_by_file(workspace: Workspace) -> dict[str, int]:
    """The path of each file that has lines in quarantine, and how many; most first."""
    with read_ledger(workspace) as ledger:
        rows = ledger.execute(
            "select min(path) as path, (select sum(lines) from rejects where rejects.sha256 = files.sha256) as lines"
            f" from files join origins using (sha256) where state in {COUNTED} group by files.sha256"
        ).fetchall()
    counted = sorted((-row["lines"], row["path"]) for row in rows if row["lines"])
    return {path: -lines for lines, path in counted}


def _rejects_of(workspace: Workspace, sha256: str, path: str) -> Iterator[Reject]:
    import pyarrow.lib
    import pyarrow.parquet as pq

    file = workspace.lake / "quarantine" / f"{sha256}.parquet"
    checksums(workspace, [file])
    try:
        for batch in pq.ParquetFile(file).iter_batches(1000):
            for row in batch.to_pylist():
                facts = (row["source_line"], row["reason"], row["detail"], row["raw"])
                yield Reject(path, sha256, *facts)
    except (OSError, pyarrow.lib.ArrowException) as error:
        raise StudiumError(
            f"the quarantine of {path} cannot be read: {error}", str(file), REPAIR
        ) from error


def retry_quarantined(
    workspace: Workspace, file: str | None = None, progress: Progress | None = None
) -> LandReport:
    """Parse the files with rejects again, with the rules of this version; other files stay as they are."""
    files = [sha256 for sha256, _ in _files_with_rejects(workspace, file)]
    return parse_again(workspace, files, progress or Silent())


def _files_with_rejects(workspace: Workspace, file: str | None) -> list[tuple[str, str]]:
    with read_ledger(workspace) as ledger:
        rows = ledger.execute(
            "select files.sha256, min(path) from files join origins using (sha256)"
            f" where state in {COUNTED} and (exists (select 1 from rejects where rejects.sha256 = files.sha256)"
            " or exists (select 1 from odd_values where odd_values.sha256 = files.sha256))"
            " group by files.sha256 order by 2, 1"
        ).fetchall()
    found = [(row[0], row[1]) for row in rows if file is None or file in row[1]]
    if file is not None and not found:
        names = {Path(path).name: path for _, path in rows}
        near = get_close_matches(Path(file).name, names, n=1, cutoff=0.4)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise MisuseError(
            "no file of this name has lines in quarantine",
            file,
            f"{hint}List the files that have: studium quarantine",
        )
    return found
