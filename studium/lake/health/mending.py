"""Repair: whatever can be made again from the landing is made again.

Enters: a workspace with lost or damaged files, or without its ledger. Leaves: a lake like the one before, and what only
the person who has the original files can repair.
"""

import shlex
from dataclasses import dataclass, field
from pathlib import Path

from studium.config import Workspace
from studium.errors import StudiumError
from studium.lake.deliveries import is_table
from studium.lake.health.arrivals import Lost, restore_arrivals, restore_times
from studium.lake.health.sealing import refuse_unsealed
from studium.lake.health.soundness import Damage, find_damage, set_back
from studium.lake.landing import land, land_all
from studium.lake.ledger import MAKE_ANEW, LostLedgerError, new_ledger, read_ledger
from studium.lake.parse_queue import LandReport
from studium.progress import Progress, Silent
from studium.sources import RawFile

DAMAGED = ".damaged"
_NAMELESS = "is a table of a data package, and its name is lost with the ledger"


@dataclass(frozen=True)
class Repair:
    """What was found and done; `left` needs the original files. `old_ledger` is the name that a damaged one got."""

    found: list[Damage] = field(default_factory=list)
    left: list[Damage] = field(default_factory=list)
    landed: LandReport = field(default_factory=LandReport)
    is_ledger_new: bool = False
    old_ledger: str | None = None


def ledger_problem(workspace: Workspace) -> StudiumError | None:
    """Why the ledger cannot be read, or None where it is sound."""
    try:
        refuse_unsealed(workspace)
        with read_ledger(workspace) as ledger:
            found = [row[0] for row in ledger.execute("pragma quick_check").fetchall()]
    except StudiumError as error:
        return error
    if found == ["ok"]:
        return None
    return LostLedgerError(f"the ledger is damaged: {found[0]}", str(workspace.ledger), MAKE_ANEW)


def repair(workspace: Workspace, progress: Progress | None = None) -> Repair:
    """Look at every byte of lake and landing, and make again what is lost; the caller holds the lock.

    Raises StudiumError where neither the ledger nor the landing is left.
    """
    progress = progress or Silent()
    problem = ledger_problem(workspace)
    if problem is not None:
        return _anew(workspace, problem, progress)
    found = find_damage(workspace, every_byte=True)
    for damage in found:
        if damage.is_raw and damage.path.exists():
            damage.path.rename(damage.path.with_name(damage.path.name + DAMAGED))
    set_back(workspace, found)
    landed = land(workspace, [], progress)
    landed.note_damage(found)
    return Repair(found, find_damage(workspace), landed)


def _anew(workspace: Workspace, problem: StudiumError, progress: Progress) -> Repair:
    """A new ledger from the landing and the copy of what the old one knew of its files.

    A raw file that the copy does not name is told by its content; its name is lost until it is landed again from its
    place. A table of a data package, which has its name alone, waits in the landing until then.
    """
    paths = sorted(path for path in workspace.landing.glob("*/*") if path.suffix != DAMAGED)
    if not isinstance(problem, LostLedgerError) or not paths:
        raise problem
    report = LandReport()
    with new_ledger(workspace) as old:
        restored = restore_arrivals(workspace)
        left = [_set_apart(file) for file in restored.lost]
        others = [path for path in paths if path not in restored.known and path.exists()]
        waiting = [path for path in others if is_table(path)]
        files = [_raw_file(path) for path in others if path not in waiting]
        land_all(workspace, files, report, progress)
        restore_times(workspace, restored.landed_at)
    left += [
        Damage(path, _NAMELESS, "Land the package again from its place.", "", is_raw=True)
        for path in waiting
    ]
    return Repair([], left + find_damage(workspace), report, is_ledger_new=True, old_ledger=old)


def _raw_file(path: Path) -> RawFile:
    facts = path.stat()
    return RawFile(path, facts.st_size, facts.st_mtime_ns, is_named=False)


def _set_apart(lost: Lost) -> Damage:
    """Of a raw file that only its original can bring back; changed bytes are kept under another name."""
    if lost.is_changed:
        lost.path.rename(lost.path.with_name(lost.path.name + DAMAGED))
    problem = "has changed since it was landed" if lost.is_changed else "is gone"
    fix = f"Land the original again: studium land {shlex.quote(lost.name)}"
    return Damage(lost.path, problem, fix, lost.sha256, is_raw=True)
