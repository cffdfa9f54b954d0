"""What is asked of a child process: one landed file to parse, and what is known of it.

Enters: nothing. Leaves: `Task`, `PackageFile`, which parent and child both speak of.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Task:
    """One landed file to parse into the lake's folder; `is_again` if it was read before, maybe long ago.

    `file` says what it is when it is no tracking log. `threads` may shred it: more where other children have no work.
    """

    sha256: str
    path: Path
    lake: Path
    memory_limit_mb: int
    time_limit_seconds: int
    is_again: bool
    file: "PackageFile | None" = None
    threads: int = 1


@dataclass(frozen=True)
class PackageFile:
    """A file of a data package: `content` is the SHA-256 of its bytes, `dump_date` an ISO date."""

    content: str
    format: str
    dataset: str | None
    course_id: str | None
    dump_date: str
    may_drift: bool
