"""What is asked of a child process, and what it answers: one landed file to parse, and the account of its lines.

Enters: nothing. Leaves: `Task`, `Delivered`, `TaskOutcome`, which parent, child and ledger all speak of.
"""

from dataclasses import dataclass, field
from pathlib import Path

from studium.vocabulary import Scope

ODD_VALUE = "odd_value"  # why a value is in quarantine whose line has its row all the same


@dataclass(frozen=True)
class Delivered:
    """What is known of a delivery: `content` is the SHA-256 of its bytes, `dump_date` an ISO date.

    `dataset` is None where it holds several.
    """

    content: str
    dataset: str | None
    scope: Scope
    dump_date: str
    may_drift: bool


@dataclass(frozen=True)
class Task:
    """One landed file to parse into the lake's folder; `is_again` if it was read before, maybe long ago.

    `delivered` is None for a file of events. `threads` may read it: more where other children have no work.
    """

    sha256: str
    path: Path
    lake: Path
    memory_limit_mb: int
    time_limit_seconds: int
    is_again: bool
    format: str
    delivered: Delivered | None = None
    threads: int = 1

    @property
    def content(self) -> str:
        """The SHA-256 of the file's bytes."""
        return self.delivered.content if self.delivered else self.sha256


@dataclass
class TaskOutcome:
    """What became of a file: lines == rows + lines of rejects + lines of skips. Each list is a table of the ledger.

    `damage` says why the file could not be read to its end, which makes it `partial`, or what was left out of a whole
    one. `parts` hold (event date, name, rows) of Parquet files, `dump_parts` (folder, dump date, name, rows),
    `odd_values` (column, times, line and text of the first) of values that are NULL in their rows,
    `lake_files` (path below the lake, bytes, checksum) of all of them. With `failure` nothing else is known: the file
    could not be read.
    """

    lines: int = 0
    rows: int = 0
    damage: str | None = None
    is_partial: bool = False
    parser_version: int = 0
    failure: str = ""
    parts: list[tuple[str, str, int]] = field(default_factory=list)
    rejects: list[tuple[str, int]] = field(default_factory=list)
    event_types: list[tuple[str, str, int]] = field(default_factory=list)
    unknown_fields: list[tuple[str, int]] = field(default_factory=list)
    dump_parts: list[tuple[str, str, str, int]] = field(default_factory=list)
    skips: list[tuple[str, int]] = field(default_factory=list)
    notes: list[tuple[str, int]] = field(default_factory=list)
    odd_values: list[tuple[str, int, int, str]] = field(default_factory=list)
    lake_files: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def state(self) -> str:
        """What the ledger calls the file now."""
        return "partial" if self.is_partial else "landed"

    @property
    def quarantined(self) -> int:
        """Lines that no row could be made of."""
        return sum(lines for _, lines in self.rejects)

    @property
    def skipped(self) -> int:
        """Lines that a named rule leaves out."""
        return sum(lines for _, lines in self.skips)
