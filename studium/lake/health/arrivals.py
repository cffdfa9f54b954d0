"""What the ledger alone knows of raw files, copied beside them: names, times, whose they are, what was taken back.

Enters: the ledger, after each change of it. Leaves: arrivals.json; with it and the raw bytes a lost ledger is made
again as it was. A copy that is damaged, or of another layout, is none: files are then told by their content.
"""

import hashlib
import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from studium.config import Workspace
from studium.lake.checksums import sha256_of
from studium.lake.health.sealing import seal_ledger
from studium.lake.ledger import COUNTED, open_ledger, read_ledger
from studium.lake.raw_bytes import landing_path, sync_folder

# In the order in which they refer to each other. What became of lines is found again by reading them.
_TABLES = ("files", "origins", "deliveries", "archives", "ignored")
_FOUND_AGAIN = {"damage": None, "parser_version": 0, "lines": 0, "rows": 0, "skipped": 0}

_Rows = list[dict[str, Any]]


class Lost(NamedTuple):
    """A raw file that the copy names and that is not there as it was landed; `name` is where it came from."""

    path: Path
    name: str
    sha256: str
    is_changed: bool


def keep_arrivals(workspace: Workspace) -> None:
    """Write the copy again where it would differ, and seal the ledger; the caller holds the lock."""
    _write_copy(workspace)
    seal_ledger(workspace)


def _write_copy(workspace: Workspace) -> None:
    with read_ledger(workspace) as ledger:
        tables = {table: _rows(ledger, table) for table in _TABLES}
    content = msgspec.json.encode(tables)
    sealed = hashlib.sha256(content).hexdigest().encode() + b"\n" + content + b"\n"
    target = workspace.arrivals
    if target.exists() and target.read_bytes() == sealed:
        return
    fresh = workspace.scratch / f"storing-{os.getpid()}-arrivals"
    fresh.parent.mkdir(parents=True, exist_ok=True)
    try:
        with fresh.open("wb") as stream:
            stream.write(sealed)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(target.parent)


class Restored(NamedTuple):
    """The raw files that are known again, when each was landed, and those that are gone or changed."""

    known: set[Path]
    landed_at: dict[str, str]
    lost: list[Lost]


def restore_arrivals(workspace: Workspace) -> Restored:
    """Write into a new ledger what the copy says of raw files that are there, each to be read again."""
    tables = _read_copy(workspace)
    contents = {row["sha256"]: row["content"] for row in tables.get("deliveries", [])}
    names = {row["sha256"]: row["path"] for row in tables.get("origins", [])}
    known: set[Path] = set()
    lost: dict[str, Lost] = {}
    for row in tables.get("files", []):
        sha256 = str(row["sha256"])
        content = str(contents.get(sha256, sha256))
        path = landing_path(workspace, content, row["compression"])
        is_there = path.exists()
        if is_there and (path in known or sha256_of(path) == content):
            known.add(path)
        else:
            lost[sha256] = Lost(path, str(names.get(sha256, sha256)), sha256, is_there)
    try:
        with open_ledger(workspace) as ledger:
            for table in _TABLES:
                rows = [row for row in tables.get(table, []) if row.get("sha256") not in lost]
                _insert(ledger, table, rows)
    except sqlite3.Error:  # a copy of another layout
        return Restored(set(), {}, [])
    landed_at = {row["sha256"]: str(row["landed_at"]) for row in tables.get("files", [])}
    return Restored(known, landed_at, list(lost.values()))


def restore_times(workspace: Workspace, landed_at: Mapping[str, str]) -> None:
    """When files were landed, in the place of when they were read again."""
    with open_ledger(workspace) as ledger:
        times = [(time, sha256) for sha256, time in landed_at.items()]
        ledger.executemany("update files set landed_at = ? where sha256 = ?", times)
    keep_arrivals(workspace)


def _read_copy(workspace: Workspace) -> dict[str, _Rows]:
    try:
        digest, content = workspace.arrivals.read_bytes().split(b"\n", 1)
    except (OSError, ValueError):
        return {}
    content = content.removesuffix(b"\n")
    if hashlib.sha256(content).hexdigest().encode() != digest:
        return {}
    return msgspec.json.decode(content, type=dict[str, _Rows])


def _rows(ledger: sqlite3.Connection, table: str) -> _Rows:
    rows = [dict(row) for row in ledger.execute(f"select * from {table} order by 1, 2")]
    return [_to_be_read(row) for row in rows] if table == "files" else rows


def _to_be_read(row: dict[str, Any]) -> dict[str, Any]:
    """A file without what is found again; one that was read, or could not be, waits."""
    is_read = row["state"] in COUNTED or row["state"] == "failed"
    return {**row, **_FOUND_AGAIN, "state": "stored"} if is_read else row


def _insert(ledger: sqlite3.Connection, table: str, rows: _Rows) -> None:
    for row in rows:
        columns = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        ledger.execute(f"insert into {table} ({columns}) values ({marks})", tuple(row.values()))
