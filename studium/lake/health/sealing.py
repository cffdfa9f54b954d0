"""The ledger is sealed between commands: SQLite has no checksums, and a bit that fell over would be another account.

Enters: the ledger, when all was written that belongs together. Leaves: ledger.seal beside it. Whoever opens the ledger
to write removes the seal first; one that was killed leaves none, and the next landing makes it.
"""

import os

from xxhash import xxh3_128

from studium.config import Workspace
from studium.lake.ledger import LostLedgerError, read_ledger, seal_of
from studium.lake.raw_bytes import sync_folder

_FIX = (
    "Make it anew from the landing: studium doctor --repair; "
    "a ledger that was put there on purpose counts once ledger.seal is removed"
)


def seal_ledger(workspace: Workspace) -> None:
    """Note what the ledger holds now; the caller holds the lock."""
    line = _digest(workspace) + "\n"
    seal = seal_of(workspace.ledger)
    fresh = workspace.scratch / f"storing-{os.getpid()}-seal"
    fresh.parent.mkdir(parents=True, exist_ok=True)
    try:
        with fresh.open("w", encoding="ascii") as stream:
            stream.write(line * 2)  # so that damage of the seal is none of the ledger
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(seal)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(seal.parent)


def refuse_unsealed(workspace: Workspace) -> None:
    """Raise LostLedgerError where a sealed ledger is not what was sealed; nobody else may write meanwhile."""
    try:
        first, second = seal_of(workspace.ledger).read_bytes().splitlines()
    except (FileNotFoundError, ValueError):
        return
    if first == second and workspace.ledger.exists() and first.decode() != _digest(workspace):
        raise LostLedgerError(
            "the ledger is damaged: it holds other bytes than were written",
            str(workspace.ledger),
            _FIX,
        )


def _digest(workspace: Workspace) -> str:
    """Of all pages as a reader sees them, whether or not the write-ahead log was brought in."""
    with read_ledger(workspace) as ledger:
        return xxh3_128(ledger.serialize()).hexdigest()
