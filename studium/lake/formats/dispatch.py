"""Which parser reads which file of a data package, and which datasets it promises.

Enters: a landed file and what it is. Leaves: its account, as the ledger takes it.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from studium.lake.formats import dump
from studium.lake.formats.sink import Account, Origin, Sink
from studium.lake.workers import PackageFile

Advance = Callable[[int], None]


def origin_of(name: str, file: PackageFile) -> Origin:
    """The provenance of a file's rows; `name` is the ledger's."""
    return Origin(name, file.content, file.course_id, date.fromisoformat(file.dump_date))


def parse_package_file(path: Path, file: PackageFile, sink: Sink, advance: Advance) -> Account:
    """Read a file by its format into the sink, which is closed."""
    described = dump.DumpFile(file.dataset or "", file.course_id, file.may_drift)
    counts = dump.parse(path, described, sink, advance)
    return sink.close(counts)


def package_outcome(account: Account) -> dict[str, Any]:
    """The outcome of a file for `ledger.record_parsed`."""
    return {
        "state": "partial" if account.damage else "landed",
        "damage": account.damage,
        "parser_version": dump.PARSER_VERSION,
        "lines": account.lines,
        "rows": account.rows,
        "parts": [],
        "rejects": sorted(account.rejects.items()),
        "event_types": [],
        "unknown_fields": [],
        "dump_parts": account.parts,
        "skips": sorted(account.skipped.items()),
        "notes": sorted(account.notes.items()),
    }
