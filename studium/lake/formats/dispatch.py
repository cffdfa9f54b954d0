"""Which parser reads which file of a data package, and which datasets it promises.

Enters: a landed file and what it is. Leaves: its account, as the ledger takes it.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from studium.lake.formats.courses import catalogue, course_structure, dump, forum, olx, sql_dump
from studium.lake.reading.parsed import Counts
from studium.lake.reading.sink import Account, Origin, Sink
from studium.lake.tasks import PackageFile

Advance = Callable[[int], None]
# Formats of a course's content, with the datasets that each gives, empty ones too.
CONTENT: dict[str, tuple[Any, tuple[str, ...]]] = {
    "olx": (
        olx,
        ("course_elements", "course_graders", "course_grade_cutoffs", "course_tag_counts"),
    ),
    "course_structure": (course_structure, ("course_structure_blocks",)),
    "forum": (forum, ("forum_documents",)),
}


def origin_of(name: str, file: PackageFile) -> Origin:
    """The provenance of a file's rows; `name` is the ledger's."""
    return Origin(name, file.content, file.course_id, date.fromisoformat(file.dump_date))


def parse_package_file(path: Path, file: PackageFile, sink: Sink, advance: Advance) -> Account:
    """Read a file by its format into the sink, which is closed."""
    content = CONTENT.get(file.format)
    if file.format == "sql_dump":
        counts = sql_dump.parse(path, file.course_id, file.may_drift, sink, advance)
    elif file.format == "catalogue":
        counts = _parse_catalogue(path, file, sink, advance)
    elif content is None:
        described = dump.DumpFile(file.dataset or "", file.course_id, file.may_drift)
        counts = dump.parse(path, described, sink, advance)
    else:
        parser, datasets = content
        counts = parser.parse(path, file.course_id, sink)
        advance(path.stat().st_size)
        if counts.rows or not counts.rejects:
            sink.ensure(datasets)
    return sink.close(counts)


def _parse_catalogue(path: Path, file: PackageFile, sink: Sink, advance: Advance) -> Counts:
    resource = file.dataset or ""
    counts = catalogue.parse(path, resource, sink)
    advance(path.stat().st_size)
    if counts.rows or not counts.rejects:
        sink.ensure(catalogue.RESOURCES[resource][1])
    return counts


def package_outcome(account: Account, version: int) -> dict[str, Any]:
    """The outcome of a file for `ledger.record_parsed`."""
    return {
        "state": "partial" if account.damage else "landed",
        "damage": account.damage,
        "parser_version": version,
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
