"""Whether the files that the ledger names are there, and hold what was written.

Enters: the ledger and the files on disk. Leaves: `Damage`s. Existence and size are cheap enough for every command; only
`every_byte` finds a byte that changed, wherever it is. What is lost in the lake can be read again from the landing.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from studium.config import Workspace
from studium.lake.checksums import checksum_of, sha256_of
from studium.lake.geography.locations import changed_locations
from studium.lake.health.reading import OTHER_BYTES, REPAIR, DamagedLakeError
from studium.lake.ledger import COUNTED, open_ledger, read_ledger
from studium.lake.partitions import forget_duplicates
from studium.lake.raw_bytes import landing_path
from studium.lake.registry import EVENT_FORMAT, parser_version

_LOCATE = "Nothing is lost, the next build makes it again: studium build"
_OUTDATED = "is of an older version"


class Damage(NamedTuple):
    """A file that is gone or changed; `fix` is the next step.

    `sha256` is the raw file that it holds or was made from, '' for a list of duplicates; `is_raw` in the landing.
    One that `is_outdated` is whole, but an older version wrote it.
    """

    path: Path
    problem: str
    fix: str
    sha256: str
    is_raw: bool
    is_outdated: bool = False


@dataclass(frozen=True)
class ExpectedFile:
    """A file as it was written; `bytes` and `digest` are unknown for one of an older version.

    It is outdated where its raw file has other rows or columns by the rules of this version.
    """

    path: Path
    sha256: str
    bytes: int | None
    digest: str | None
    origin: str | None = None
    is_outdated: bool = False


def find_damage(workspace: Workspace, every_byte: bool = False) -> list[Damage]:
    """Files of lake and landing that are gone, outdated, have another size or, with `every_byte`, other bytes."""
    found = _damaged(_lake_files(workspace), every_byte)
    found += _damaged(_raw_files(workspace), every_byte)
    places = changed_locations(workspace) if every_byte else []
    return found + [Damage(path, OTHER_BYTES, _LOCATE, "", is_raw=False) for path in places]


def refuse_damaged(workspace: Workspace, every_byte: bool = False) -> None:
    """Raise DamagedLakeError where a file of the lake is gone, changed or outdated: results would lack its rows."""
    damaged = _damaged(_lake_files(workspace), every_byte)
    if damaged:
        raise DamagedLakeError(damaged[0].path, damaged[0].problem, len(damaged) - 1)


def set_back(workspace: Workspace, damaged: list[Damage]) -> None:
    """Let the next landing parse the raw files of damaged Parquet again, and find damaged duplicates again."""
    with open_ledger(workspace) as ledger:
        ledger.executemany(
            f"update files set state = 'stored' where sha256 = ? and state in {COUNTED}",
            [(damage.sha256,) for damage in damaged if damage.sha256 and not damage.is_raw],
        )
        for damage in damaged:
            if not damage.sha256:
                forget_duplicates(ledger, damage.path)


def _damaged(files: Iterator[ExpectedFile], every_byte: bool) -> list[Damage]:
    found = ((file, _problem_of(file, every_byte)) for file in files)
    return [_damage(file, problem) for file, problem in found if problem]


def _damage(file: ExpectedFile, problem: str) -> Damage:
    if file.origin is None:
        is_outdated = problem == _OUTDATED
        return Damage(
            file.path, problem, REPAIR, file.sha256, is_raw=False, is_outdated=is_outdated
        )
    fix = f"Land it again from where it came: studium land {file.origin}"
    return Damage(file.path, problem, fix, file.sha256, is_raw=True)


def _problem_of(file: ExpectedFile, every_byte: bool) -> str | None:
    try:
        size = file.path.stat().st_size
        if file.bytes is not None and size != file.bytes:
            return f"has {size:,} bytes instead of {file.bytes:,}"
        if file.is_outdated:
            return _OUTDATED
        if not every_byte or file.digest is None:
            return None
        digest = checksum_of(file.path) if file.origin is None else sha256_of(file.path)
    except FileNotFoundError:
        return "is gone"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return None if digest == file.digest else OTHER_BYTES


def _raw_files(workspace: Workspace) -> Iterator[ExpectedFile]:
    with read_ledger(workspace) as ledger:
        rows = ledger.execute(
            "select sha256, coalesce(content, sha256) as content, bytes, compression,"
            " (select min(path) from origins where origins.sha256 = files.sha256) as origin"
            " from files left join deliveries using (sha256) order by 5, 1"
        ).fetchall()
    for row in rows:
        path = landing_path(workspace, row["content"], row["compression"])
        origin = (row["origin"] or "PATH").split("!/")[0]
        yield ExpectedFile(path, row["sha256"], row["bytes"], row["content"], origin)


def _lake_files(workspace: Workspace) -> Iterator[ExpectedFile]:
    with read_ledger(workspace) as ledger:
        rows = ledger.execute(
            "with expected as ("
            " select 'events/event_date=' || event_date || '/' || name as path, parts.sha256"
            f" from parts join files using (sha256) where state in {COUNTED}"
            " union all select folder || '/dump_date=' || dump_date || '/' || name, dump_parts.sha256"
            f" from dump_parts join files using (sha256) where state in {COUNTED}"
            " union all select distinct 'quarantine/' || sha256 || '.parquet', sha256"
            " from (select sha256 from rejects union all select sha256 from odd_values)"
            f" join files using (sha256) where state in {COUNTED}"
            " union all select 'duplicates/event_date=' || event_date || '/' || fingerprint || '.parquet', ''"
            " from partitions where duplicate_rows > 0)"
            " select path, expected.sha256, bytes, checksum from expected left join lake_files using (path)"
            " order by 1"
        ).fetchall()
        outdated = _outdated(ledger)
    for row in rows:
        path, sha256 = workspace.lake / row["path"], row["sha256"]
        is_outdated = sha256 in outdated
        yield ExpectedFile(path, sha256, row["bytes"], row["checksum"], is_outdated=is_outdated)


def _outdated(ledger: sqlite3.Connection) -> set[str]:
    """Raw files whose rows came from the parser of an older version."""
    rows = ledger.execute(
        "select coalesce(format, ?) as format, parser_version, sha256"
        f" from files left join deliveries using (sha256) where state in {COUNTED}",
        (EVENT_FORMAT.name,),
    ).fetchall()
    current = {kind: parser_version(kind) for kind in {row["format"] for row in rows}}
    return {row["sha256"] for row in rows if row["parser_version"] < current[row["format"]]}
