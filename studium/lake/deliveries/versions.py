"""Versions of a file that grows: of two of which one begins with the other, the longer counts.

Enters: the ledger and raw bytes. Leaves: which version counts in the place of another, also after one was taken back,
so that what counts follows from the files that were landed and not taken back, in whatever order.
"""

import sqlite3
from collections.abc import Collection
from pathlib import Path

from studium.config import Workspace
from studium.lake.ledger import COUNTED, forget_lines
from studium.lake.raw_bytes import Stored, begins_with, landing_path

What = tuple[str | None, ...]  # format, dataset, scope, its id, day; all None for a log
_FACTS = "format, dataset, scope, scope_id, dump_date"
_BYTES = "files.sha256, files.bytes, compression, coalesce(content, files.sha256) as content"


def longer_version(
    workspace: Workspace,
    ledger: sqlite3.Connection,
    stored: Stored,
    names: Collection[str],
    what: What,
) -> str | None:
    """The name of a counted file of one of these names that begins with all bytes of `stored`, and delivers `what`."""
    listed = " or ".join("path like ?" for _ in names)
    rows = ledger.execute(
        f"select distinct {_BYTES} from files join origins using (sha256) left join deliveries using (sha256)"
        f" where state in {COUNTED} and files.bytes > ? and ({listed})"
        " and format is ? and dataset is ? and scope is ? and scope_id is ? and dump_date is ?"
        " order by files.bytes desc, files.sha256",
        (stored.bytes, *(f"%/{name}" for name in names), *what),
    ).fetchall()
    for row in rows:
        path = landing_path(workspace, row["content"], row["compression"])
        if path.exists() and begins_with(path, stored):
            return str(row["sha256"])
    return None


def take_back(workspace: Workspace, ledger: sqlite3.Connection, sha256: str) -> list[str]:
    """Stop counting a file, and its earlier versions under the same path.

    Returns those of other paths, which count again; the next landing reads them.
    """
    gone = [sha256, *_earlier(workspace, ledger, sha256)]
    for name in gone:
        forget_lines(ledger, name)
        ledger.execute(
            "update files set state = 'retracted', superseded_by = null where sha256 = ?", (name,)
        )
    marks = ", ".join("?" for _ in gone)
    shorter = ledger.execute(
        f"select sha256, state from files where superseded_by in ({marks}) order by bytes desc, sha256",
        gone,
    ).fetchall()
    return [row["sha256"] for row in shorter if _stand_again(workspace, ledger, row)]


def _earlier(workspace: Workspace, ledger: sqlite3.Connection, sha256: str) -> list[str]:
    """Superseded files under a path of this one, with which its bytes begin."""
    own = _stored(workspace, ledger, sha256)
    rows = ledger.execute(
        "select distinct files.sha256 from files join origins using (sha256) where state = 'superseded'"
        " and files.bytes < ? and path in (select path from origins where sha256 = ?)",
        (own.bytes, sha256),
    ).fetchall()
    found = [_stored(workspace, ledger, row["sha256"]) for row in rows]
    return [
        row["sha256"]
        for row, stored in zip(rows, found, strict=True)
        if own.path.exists() and stored.path.exists() and begins_with(own.path, stored)
    ]


def _stand_again(workspace: Workspace, ledger: sqlite3.Connection, row: sqlite3.Row) -> bool:
    """Whether a file counts again of which a longer version was taken back: not where there is another longer one."""
    sha256 = row["sha256"]
    stored = _stored(workspace, ledger, sha256)
    paths = ledger.execute("select path from origins where sha256 = ?", (sha256,)).fetchall()
    names = sorted({Path(path["path"]).name for path in paths})
    what = ledger.execute(f"select {_FACTS} from deliveries where sha256 = ?", (sha256,)).fetchone()
    is_there = stored.path.exists()
    longer = (
        longer_version(workspace, ledger, stored, names, tuple(what or (None,) * 5))
        if is_there and names
        else None
    )
    is_back = longer is None and row["state"] == "superseded"
    ledger.execute(
        "update files set superseded_by = ?, state = ? where sha256 = ?",
        (longer, "stored" if is_back else row["state"], sha256),
    )
    return is_back


def _stored(workspace: Workspace, ledger: sqlite3.Connection, sha256: str) -> Stored:
    row = ledger.execute(
        f"select {_BYTES} from files left join deliveries using (sha256) where files.sha256 = ?",
        (sha256,),
    ).fetchone()
    path = landing_path(workspace, row["content"], row["compression"])
    return Stored(row["content"], path, row["bytes"], row["compression"], {})
