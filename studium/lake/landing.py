"""Landing: raw files become rows of the lake, each exactly once.

Enters: raw files of the sources. Leaves: raw bytes in the landing, Parquet in the lake, and the ledger's account of
every line. A run killed anywhere and started again ends like one that was not.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from studium.config import Workspace
from studium.errors import StudiumError, readable
from studium.lake.archives import RefusedArchiveError
from studium.lake.deliveries import (
    ENCRYPTED,
    Delivery,
    candidate_of,
    deliveries_of,
    known_scopes,
    longer_version,
    may_be_archive,
    record_delivery,
    unpack,
    without_secrets,
)
from studium.lake.formats.face import FoundFile, Known
from studium.lake.health.arrivals import keep_arrivals
from studium.lake.health.soundness import find_damage, set_back
from studium.lake.ledger import COUNTED, now, open_ledger
from studium.lake.parse_queue import MEGABYTE, LandReport, open_pool, parse_stored
from studium.lake.partitions import refresh_partitions, remove_unnamed
from studium.lake.raw_bytes import Stored, store_file
from studium.lake.reading.naming import BETWEEN, is_encrypted
from studium.lake.reading.objects import RECOGNITION, looks_like_log
from studium.lake.workers import Pool
from studium.progress import Progress, Silent
from studium.sources import RawFile

SHOWN_FILES = 5
NO_OBJECT = "no JSON object"
# Retracted, or the earlier version of a file that was.
TAKEN_BACK = (
    "(state = 'retracted' or exists (select 1 from files as longer"
    " where longer.sha256 = files.superseded_by and longer.state = 'retracted'))"
)


def land(
    workspace: Workspace, files: Iterable[RawFile], progress: Progress | None = None
) -> LandReport:
    """Land files, parse what is new, and find its duplicates.

    Quarantined lines are reported, not raised. A file that cannot be read is in `failed`; the others still land.
    Raises StudiumError where none of the named files can hold an event.
    """
    progress = progress or Silent()
    report = LandReport()
    _clean_up(workspace)
    damaged = find_damage(workspace)
    set_back(workspace, damaged)
    report.note_damage(damaged)
    lost = {damage.sha256 for damage in damaged if damage.is_raw}
    seen = list(files)
    unknown = _unknown_files(workspace, seen, lost, report)
    # The children import while the files are looked at and stored.
    with open_pool(workspace, sum(reason is None for reason in unknown.values()), progress) as pool:
        new = _recognised_files(workspace, seen, unknown, report)
        _store_and_parse(workspace, pool, new, report, progress)
    return report


def land_all(
    workspace: Workspace, new: list[RawFile], report: LandReport, progress: Progress
) -> None:
    """Land files that are new, and whatever waits to be parsed."""
    with open_pool(workspace, len(new), progress) as pool:
        _store_and_parse(workspace, pool, new, report, progress)


def _store_and_parse(
    workspace: Workspace, pool: Pool, new: list[RawFile], report: LandReport, progress: Progress
) -> None:
    _store(workspace, new, report, progress)
    keep_arrivals(workspace)  # before the long part, which may be stopped
    parse_stored(workspace, pool, report, progress)
    report.dates = refresh_partitions(workspace)
    remove_unnamed(workspace)
    keep_arrivals(workspace)


def _clean_up(workspace: Workspace) -> None:
    """Leftovers of a killed run."""
    leftovers = [*workspace.lake.glob(".tmp-*"), *workspace.scratch.glob("storing-*")]
    leftovers += workspace.lake.glob("duplicates/*/*.tmp")
    for leftover in leftovers:
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()


def _unknown_files(
    workspace: Workspace, files: list[RawFile], lost: set[str], report: LandReport
) -> dict[RawFile, str | None]:
    """Files that the ledger does not know by name, size and time, or `lost` ones; and why they were ignored before."""
    with open_ledger(workspace) as ledger:
        known = {
            tuple(row)[:4]
            for row in ledger.execute(
                f"select path, origins.bytes, modified_ns, {TAKEN_BACK}, sha256 from origins join files using (sha256)"
            )
            if row["sha256"] not in lost
        }
        known |= _known_archives(ledger, lost)
        query = "select path, bytes, modified_ns, reason from ignored where recognition = ?"
        ignored = {tuple(row)[:3]: row["reason"] for row in ledger.execute(query, (RECOGNITION,))}
    unknown: dict[RawFile, str | None] = {}
    for file in files:
        facts = (file.name, file.bytes, file.modified_ns)
        if file.problem:
            report.failed.append((file.name, file.problem))
        elif (*facts, 0) in known or ((*facts, 1) in known and not file.is_named):
            report.unchanged += 1
        else:
            # One that a person names is looked at again.
            unknown[file] = None if file.is_named else ignored.get(facts)
    return unknown


def _recognised_files(
    workspace: Workspace,
    seen: list[RawFile],
    unknown: dict[RawFile, str | None],
    report: LandReport,
) -> list[RawFile]:
    """The unknown files that can hold events or a table of a data package; the others are remembered."""
    known = _known(workspace)
    new, refused = [], {}
    for file, known_reason in unknown.items():
        try:
            reason = known_reason or _reason_to_ignore(file, known)
        except OSError as error:
            report.failed.append((file.name, f"cannot be read: {error.strerror}"))
            continue
        if reason is None:
            new.append(file)
        else:
            refused[file] = reason
    _record_ignored(workspace, seen, refused)
    report.ignored += [(file.name, reason) for file, reason in refused.items()]
    _refuse_nothing(refused, report, new)
    return new


def _known_archives(ledger: sqlite3.Connection, lost: set[str]) -> set[tuple[object, ...]]:
    """Archives that were read to their end, by name, size and time, and whether any of their entries was retracted."""
    entries: dict[str, list[sqlite3.Row]] = {}
    for row in ledger.execute(
        f"select path, sha256, {TAKEN_BACK} as is_taken_back from origins join files using (sha256)"
        " where instr(path, ?) > 0",
        (BETWEEN,),
    ):
        entries.setdefault(row["path"].split(BETWEEN)[0], []).append(row)
    archives = ledger.execute("select path, bytes, modified_ns from archives").fetchall()
    return {
        (*archive, int(any(row["is_taken_back"] for row in entries.get(archive["path"], []))))
        for archive in archives
        if not any(row["sha256"] in lost for row in entries.get(archive["path"], []))
    }


def _reason_to_ignore(file: RawFile, known: Known) -> str | None:
    """None for a file that lands. One that a person names lands if it is text."""
    if is_encrypted(file.name):
        return ENCRYPTED
    if may_be_archive(file.name) or _candidate(file, known) is not None:
        return None
    reason = looks_like_log(file.path)
    return None if file.is_named and reason == NO_OBJECT else reason


def _record_ignored(workspace: Workspace, seen: list[RawFile], refused: dict[RawFile, str]) -> None:
    """Remember what was ignored as it was, and forget what landed or is gone."""
    with open_ledger(workspace) as ledger:
        before = [row["path"] for row in ledger.execute("select path from ignored")]
        # Not Path.exists, which raises where it may not look.
        gone = [(path,) for path in before if not os.path.exists(path)]
        landed = [(file.name,) for file in seen if file not in refused]
        ledger.executemany("delete from ignored where path = ?", gone + landed)
        ledger.executemany(
            "insert or replace into ignored values (?, ?, ?, ?, ?)",
            [
                (file.name, file.bytes, file.modified_ns, reason, RECOGNITION)
                for file, reason in refused.items()
            ],
        )


def _refuse_nothing(refused: dict[RawFile, str], report: LandReport, new: list[RawFile]) -> None:
    for file, reason in refused.items():
        if file.is_named:
            raise StudiumError(
                f"neither a tracking log nor a file of a data package: the file is {reason}",
                file.name,
                "Land files with one JSON event per line, plain or as gz, zst, bz2 or xz, or a data package of edX.",
            )
    if not new and not report.unchanged and not report.failed and refused:
        first = [f"{file.path.name} ({reason})" for file, reason in refused.items()][:SHOWN_FILES]
        more = ", …" if len(refused) > SHOWN_FILES else ""
        raise StudiumError(
            f"no tracking log and no data package among {len(refused)} files: {', '.join(first)}{more}",
            str(next(iter(refused)).path.parent),
            "Land a folder that holds files with one JSON event per line, or a data package of edX.",
        )


def _store(
    workspace: Workspace, new: list[RawFile], report: LandReport, progress: Progress
) -> None:
    """Copy the raw bytes, a few files at a time, and record them."""
    progress.start("store", sum(file.bytes for file in new) / MEGABYTE, "MB")
    with open_ledger(workspace) as ledger:
        sizes = _sizes_that_may_grow(ledger)
    known = _known(workspace)
    archives = [file for file in new if may_be_archive(file.name)]
    plain, deliveries = _told(new, known, report)

    def store(file: RawFile) -> Stored | StudiumError:
        try:
            return store_file(workspace, file.path, sizes, partial(without_secrets, file.name))
        except StudiumError as error:
            return error

    with ThreadPoolExecutor(workspace.settings.landing.processes) as pool:
        for file, stored in zip(plain, pool.map(store, plain), strict=True):
            _record(workspace, file, stored, deliveries.get(file.name), report)
            progress.advance(file.bytes / MEGABYTE)
    for archive in archives:
        _store_entries(workspace, archive, sizes, report)
        progress.advance(archive.bytes / MEGABYTE)
    progress.finish()


def _told(
    new: list[RawFile], known: Known, report: LandReport
) -> tuple[list[RawFile], dict[str, Delivery]]:
    """The files that are no archives, and what each delivery of them is; what is refused has failed."""
    plain = [file for file in new if not may_be_archive(file.name)]
    candidates = [_candidate(file, known) for file in plain]
    told = deliveries_of([one for one in candidates if one], known)
    report.failed += [(name, reason) for name, reason in told.items() if isinstance(reason, str)]
    deliveries = {name: one for name, one in told.items() if isinstance(one, Delivery)}
    return [file for file in plain if not isinstance(told.get(file.name), str)], deliveries


def _candidate(file: RawFile, known: Known) -> FoundFile | None:
    return candidate_of(file.name, file.path, file.modified_ns, known)


def _known(workspace: Workspace) -> Known:
    landing = workspace.settings.landing
    with open_ledger(workspace) as ledger:
        return known_scopes(ledger, landing.courses, landing.scopes)


def _store_entries(
    workspace: Workspace, archive: RawFile, sizes: list[int], report: LandReport
) -> None:
    """Store what an archive holds; only then is it known, so that a killed run reads it again."""
    try:
        unpacked = unpack(workspace, archive, sizes, _known(workspace))
    except (RefusedArchiveError, OSError) as error:
        problem = error.problem if isinstance(error, StudiumError) else f"cannot be read: {error}"
        report.failed.append((archive.name, problem))
        return
    for file, stored, delivery in unpacked.files:
        _record(workspace, file, stored, delivery, report)
    report.ignored += unpacked.ignored
    report.failed += unpacked.refused
    if unpacked.damage:
        report.failed.append((archive.name, f"read up to its damage: {unpacked.damage}"))
    with open_ledger(workspace) as ledger:
        ledger.execute(
            "insert or replace into archives values (?, ?, ?, ?, ?)",
            (archive.name, archive.bytes, archive.modified_ns, unpacked.damage, now()),
        )


def _record(
    workspace: Workspace,
    file: RawFile,
    stored: Stored | StudiumError,
    delivery: Delivery | None,
    report: LandReport,
) -> None:
    if isinstance(stored, StudiumError):
        report.failed.append((file.name, stored.problem))
        return
    named = _as_named(stored, delivery)
    with open_ledger(workspace) as ledger:
        name, what = Path(file.name).name, _what(delivery)
        longer = longer_version(workspace, ledger, stored, [name], what)
        _record_stored(ledger, file, named, report)
        if delivery is not None:
            package = file.name.split(BETWEEN)[0] if BETWEEN in file.name else str(file.path.parent)
            record_delivery(ledger, named.sha256, stored.sha256, delivery, readable(package))
        if longer is None:
            _mark_shorter_versions(ledger, named)
        else:
            _mark_superseded(ledger, named.sha256, longer)


def _what(delivery: Delivery | None) -> tuple[str | None, ...]:
    if delivery is None:
        return (None, None, None, None, None)
    scope = (delivery.scope.kind, delivery.scope.id or None)
    return (delivery.format, delivery.dataset, *scope, str(delivery.dump_date))


def _as_named(stored: Stored, delivery: Delivery | None) -> Stored:
    """With the ledger's names instead of hashes of bytes, which for a log are the same."""
    if delivery is None:
        return stored
    prefixes = {size: delivery.file_id(content) for size, content in stored.prefixes.items()}
    return replace(stored, sha256=delivery.file_id(stored.sha256), prefixes=prefixes)


def _sizes_that_may_grow(ledger: sqlite3.Connection) -> list[int]:
    rows = ledger.execute(
        f"select distinct bytes from files where state in {COUNTED} and bytes > 0"
    )
    return [row[0] for row in rows]


def _record_stored(
    ledger: sqlite3.Connection, file: RawFile, stored: Stored, report: LandReport
) -> None:
    known = ledger.execute(
        f"select {TAKEN_BACK} as is_taken_back from files where sha256 = ?", (stored.sha256,)
    ).fetchone()
    if known is None:
        ledger.execute(
            "insert into files (sha256, bytes, compression, state, landed_at) values (?, ?, ?, 'stored', ?)",
            (stored.sha256, stored.bytes, stored.compression, now()),
        )
    elif known["is_taken_back"] and file.is_named:
        ledger.execute(
            "update files set state = 'stored', superseded_by = null where sha256 = ?",
            (stored.sha256,),
        )
    else:
        report.recognised.append((file.name, stored.sha256))
    if file.path != stored.path:
        in_landing = (stored.sha256, readable(str(stored.path)))  # its name after a lost ledger
        ledger.execute("delete from origins where sha256 = ? and path = ?", in_landing)
    ledger.execute(
        "insert or replace into origins values (?, ?, ?, ?, ?)",
        (file.name, stored.sha256, file.bytes, file.modified_ns, now()),
    )


def _mark_superseded(ledger: sqlite3.Connection, sha256: str, longer: str) -> None:
    ledger.execute(
        "update files set state = 'superseded', superseded_by = ? where sha256 = ? and state = 'stored'",
        (longer, sha256),
    )


def _mark_shorter_versions(ledger: sqlite3.Connection, stored: Stored) -> None:
    """Of two versions of a growing file the longer counts; the shorter is found by its bytes.

    The shorter one is only marked here; it steps back when the longer one is parsed.
    """
    for size, sha256 in stored.prefixes.items():
        ledger.execute(
            f"update files set superseded_by = ? where sha256 = ? and bytes = ? and state in {COUNTED}"
            " and sha256 <> ?",
            (stored.sha256, sha256, size, stored.sha256),
        )
