"""Taking a file back: its lines stop counting, its raw bytes stay.

Enters: the name or hash of a landed file. Leaves: a ledger without its lines, and the event dates that changed.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from studium.config import Workspace
from studium.errors import StudiumError, readable
from studium.lake.deliveries import take_back
from studium.lake.health.arrivals import keep_arrivals
from studium.lake.ledger import open_ledger, read_ledger
from studium.lake.partitions import refresh_partitions, remove_unnamed
from studium.vocabulary import InputFile


@dataclass(frozen=True)
class Retraction:
    """What was taken back; `dates` are the event dates that the next build recomputes.

    `counts_again` are the paths of shorter versions that the next landing reads again.
    """

    path: str
    sha256: str
    lines: int
    dates: list[str]
    counts_again: list[str]


def retract(workspace: Workspace, name: str) -> Retraction:
    """Stop counting a file, named by its path, its last name part or a prefix of its hash.

    Its earlier versions under the same path go with it; one of another path counts again. `studium land FILE` brings
    it back; a configured source does not. Raises StudiumError where no file, or more
    than one, has that name.
    """
    name = readable(name)
    with open_ledger(workspace) as ledger:
        rows = ledger.execute(
            "select distinct sha256, path, lines, content from files join origins using (sha256)"
            " left join deliveries using (sha256)"
            " where state not in ('retracted', 'superseded')"
        ).fetchall()
        found = {
            row["sha256"]: row
            for row in rows
            if name == row["path"]
            or row["path"].endswith("/" + name.removeprefix("./"))
            or (len(name) >= 8 and _is_hash(row, name))
        }
        if len(found) != 1:
            raise _no_such_file(name, [row["path"] for row in rows], list(found))
        row = next(iter(found.values()))
        again = take_back(workspace, ledger, row["sha256"])
        names = [_name_of(ledger, sha256) for sha256 in again]
    dates = refresh_partitions(workspace)
    remove_unnamed(workspace)
    keep_arrivals(workspace)
    return Retraction(row["path"], row["sha256"], row["lines"], dates, names)


def gone(workspace: Workspace, files: Iterable[InputFile]) -> frozenset[str]:
    """Those of some files that were taken back, or lost: unknown to the ledger, and their raw bytes are not there."""
    files = list(files)
    with read_ledger(workspace) as ledger:
        states = dict(ledger.execute("select sha256, state from files").fetchall())
    unknown = [file for file in files if file.sha256 not in states]
    stored = (
        {path.name.split(".")[0] for path in workspace.landing.glob("*/*")} if unknown else set()
    )
    lost = {file.sha256 for file in unknown if (file.content or file.sha256) not in stored}
    return frozenset(lost | {it.sha256 for it in files if states.get(it.sha256) == "retracted"})


def _name_of(ledger: sqlite3.Connection, sha256: str) -> str:
    found = ledger.execute("select min(path) from origins where sha256 = ?", (sha256,)).fetchone()
    return str(found[0] or sha256)


def _is_hash(row: sqlite3.Row, name: str) -> bool:
    """Whether a name begins the hash of a file in the ledger, or that of its bytes."""
    return row["sha256"].startswith(name) or (row["content"] or "").startswith(name)


def _no_such_file(name: str, paths: list[str], found: list[str]) -> StudiumError:
    if found:
        return StudiumError(
            f"{len(found)} files have this name",
            name,
            f"Name one by its hash: {', '.join(sorted(found))}.",
        )
    near = get_close_matches(
        name, [path.rsplit("/", 1)[-1] for path in paths] + paths, n=1, cutoff=0.4
    )
    hint = f"Did you mean {near[0]}? " if near else ""
    return StudiumError(
        "no landed file has this name", name, f"{hint}`studium status --files` lists the files."
    )
