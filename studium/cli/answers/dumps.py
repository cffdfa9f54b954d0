"""Deliveries for people: what landed of each scope for each day.

Enters: what the lake says. Leaves: facts for JSON, lines for a terminal.
"""

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studium.cli.tables import count, figure, table_lines

if TYPE_CHECKING:
    from studium.config import Workspace
    from studium.lake import LandedFile, LandReport

WHOLE_SITE = "the whole site"
_MOST_NOTES = 10


def package_facts(workspace: "Workspace") -> list[dict[str, Any]]:
    """Every package that landed, with its counts."""
    from dataclasses import asdict

    from studium import lake

    return [asdict(package) for package in lake.packages(workspace)]


def package_lines(facts: list[dict[str, Any]]) -> list[str]:
    """A table of packages, and what is odd in them."""
    if not facts:
        return []
    headings = ["", "of", "dump", "files", "tables", "rows", "quarantined", "skipped"]
    numbers = ("files", "tables", "rows", "quarantined", "skipped")
    rows = [
        (
            "→" if fact["is_current"] else "",
            _holder(fact["scope"], fact["scope_id"]),
            fact["dump_date"] + ("?" if fact["dated_by"] == "modified" else ""),
            *(figure(fact[name]) for name in numbers),
        )
        for fact in facts
    ]
    lines = ["Data packages (→ has tables that count)", *table_lines(headings, rows)]
    if any(fact["dated_by"] == "modified" for fact in facts):
        lines.append("? no name has a day; it is that of the files' last change")
    return [*lines, *_oddities(facts)]


def _oddities(facts: list[dict[str, Any]]) -> list[str]:
    found = []
    for fact in facts:
        where = f"{_holder(fact['scope'], fact['scope_id'])}, {fact['dump_date']}"
        found += [f"{where}: {note}" for note in fact["notes"]]
        found += [
            f"{where}: {table}: delivered more than once; the fuller file counts"
            for table in fact["replaced"]
        ]
    more = len(found) - _MOST_NOTES
    rest = [f"and {more:,} more, all of them: studium status --json"] if more > 0 else []
    return found[:_MOST_NOTES] + rest


def landed_lines(report: "LandReport") -> list[str]:
    """What a landing brought, by package."""
    packages: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for file in report.landed:
        if file.dump_date is not None:
            key = (_holder(file.scope, file.scope_id), file.dump_date)
            packages[key].append((file.rows, file.quarantined))
    return [
        f"package {course}, {day}: {count(len(files), 'file')} with"
        f" {count(sum(rows for rows, _ in files), 'row')},"
        f" {sum(quarantined for _, quarantined in files):,} lines in quarantine"
        for (course, day), files in sorted(packages.items())
    ]


def rejected_lines(files: "list[LandedFile]") -> list[str]:
    """Files of which every line is in quarantine, and what to do about them."""
    whole = [file for file in files if file.lines and file.quarantined == file.lines]
    said = [f"every line of {file.path} is in quarantine: is it a log?" for file in whole]
    if whole:
        said.append(f"Look: studium quarantine --file {Path(whole[0].path).name} --sample 3")
        said.append(f"Take it back: studium retract {whole[0].sha256[:12]}")
    return said


def _holder(scope: str | None, scope_id: str | None) -> str:
    """As people read it. A course's key says itself what it is."""
    if scope_id is None:
        return WHOLE_SITE
    return scope_id if scope == "course" else f"{scope} {scope_id}"
