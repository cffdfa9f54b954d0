"""Which dumps count: of each table and course the newest one that is not newer than a day.

Enters: the ledger. Leaves: `DumpPartition`s, and a fingerprint per course that changes when any of its files does. The
choice depends on the files alone, so every order of arrival ends at the same one.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from studium.config import Workspace
from studium.lake.formats.courses.packages import twins_of
from studium.lake.ledger import COUNTED, read_ledger

_TWIN = (
    "names spell {} the same way: where one of the two keys was guessed, name the right one in landing.courses, "
    "retract the files of the other and land them again"
)


@dataclass(frozen=True)
class DumpPartition:
    """The current rows of one table and one course; `course_id` None for a dump of the whole site.

    `personal` is the Parquet of the personal columns, None for a table without any. `file` is the ledger's name of the
    raw file; `fingerprint` changes with the bytes and with the parser.
    """

    dataset: str
    course_id: str | None
    dump_date: date
    path: Path
    personal: Path | None
    rows: int
    file: str
    fingerprint: str


class Dump(NamedTuple):
    """A table as one file delivers it; a forum of MySQL and a catalogue come in several, each a `source` of its own."""

    dataset: str
    course_id: str | None
    source: str
    dump_date: str
    file: str
    name: str
    rows: int
    is_whole: bool
    parser_version: int


def dump_partitions(workspace: Workspace, as_of: date | None = None) -> list[DumpPartition]:
    """The current files, by table and course; those of a dump on `as_of` count, later ones do not."""
    with read_ledger(workspace) as ledger:
        dumps = _dumps(ledger)
        personal = {
            (row["dataset"], row["dump_date"], row["name"])
            for row in ledger.execute(
                "select substr(folder, 10) as dataset, dump_date, name from dump_parts"
                " where folder like 'personal/%'"
            )
        }
    chosen = current_of(dump for dump in dumps if as_of is None or dump.dump_date <= str(as_of))
    return [
        _partition(workspace.lake, dump, (dump.dataset, dump.dump_date, dump.name) in personal)
        for dump in chosen
    ]


def course_fingerprints(partitions: Iterable[DumpPartition]) -> dict[str | None, str]:
    """One fingerprint per course over its current files; None stands for the whole site."""
    of_course: dict[str | None, list[str]] = defaultdict(list)
    for partition in partitions:
        of_course[partition.course_id].append(f"{partition.dataset} {partition.fingerprint}")
    return {
        course: blake2b("\n".join(sorted(lines)).encode(), digest_size=16).hexdigest()
        for course, lines in of_course.items()
    }


def current_of(dumps: Iterable[Dump]) -> list[Dump]:
    """One dump per table, course and source, in their order; sources that a newer one has left behind do not count.

    A whole file comes before one that broke off; then the later day, more rows, and the greater name.
    """
    best: dict[tuple[str, str, str], Dump] = {}
    for dump in dumps:
        key = (dump.dataset, dump.course_id or "", dump.source)
        if key not in best or _rank(dump) > _rank(best[key]):
            best[key] = dump
    newest: dict[tuple[str, str], str] = {}
    for (dataset, course, _), dump in best.items():
        newest[dataset, course] = max(newest.get((dataset, course), ""), dump.dump_date)
    return [best[key] for key in sorted(best) if best[key].dump_date == newest[key[:2]]]


def _rank(dump: Dump) -> tuple[bool, str, int, str]:
    return (dump.is_whole, dump.dump_date, dump.rows, dump.file)


def _dumps(ledger: sqlite3.Connection) -> list[Dump]:
    """Every table that a counted file delivers; a file of which no line could be read delivers none."""
    rows = ledger.execute(
        "select substr(folder, 7) as dataset, course_id,"
        " case when format in ('forum', 'catalogue') then coalesce(dataset, '') else '' end as source,"
        " dump_parts.dump_date, sha256, name,"
        " dump_parts.rows, state = 'landed' as is_whole, parser_version"
        " from dump_parts join files using (sha256) join deliveries using (sha256)"
        f" where state in {COUNTED} and folder like 'dumps/%' and (files.rows > 0 or not exists"
        " (select 1 from rejects where rejects.sha256 = files.sha256)) order by 1, 2, 3, 4, 5"
    )
    return [Dump(*row) for row in rows]


def _partition(lake: Path, dump: Dump, is_personal: bool) -> DumpPartition:
    below = Path(f"{dump.dataset}/dump_date={dump.dump_date}/{dump.name}")
    print_ = f"{dump.file} {dump.rows} {dump.parser_version} {int(dump.is_whole)}"
    return DumpPartition(
        dataset=dump.dataset,
        course_id=dump.course_id,
        dump_date=date.fromisoformat(dump.dump_date),
        path=lake / "dumps" / below,
        personal=lake / "personal" / below if is_personal else None,
        rows=dump.rows,
        file=dump.file,
        fingerprint=blake2b(print_.encode(), digest_size=16).hexdigest(),
    )


@dataclass(frozen=True)
class Package:
    """What landed of one course for one day, for people; `replaced` tables have a better dump of the same day."""

    course_id: str | None
    dump_date: str
    files: int
    tables: int
    rows: int
    quarantined: int
    skipped: int
    is_current: bool
    dated_by: str
    notes: tuple[str, ...]
    replaced: tuple[str, ...]


def packages(workspace: Workspace) -> list[Package]:
    """All packages by course and day."""
    with read_ledger(workspace) as ledger:
        dumps = _dumps(ledger)
        rows = ledger.execute(
            "select course_id, dump_date, count(*) as files, sum(rows) as rows, sum(skipped) as skipped,"
            " max(dated_by = 'modified') as is_doubtful, sum((select coalesce(sum(rejects.lines), 0)"
            " from rejects where rejects.sha256 = files.sha256)) as quarantined"
            " from files join deliveries using (sha256)"
            f" where state in {COUNTED} group by 1, 2 order by coalesce(course_id, ''), 2"
        ).fetchall()
        notes: dict[tuple[str | None, str], list[str]] = defaultdict(list)
        for row in ledger.execute(
            "select course_id, dump_date, coalesce(dataset, format) as what, note, sum(times) as times"
            " from notes join deliveries using (sha256) group by 1, 2, 3, 4 order by 1, 2, 3, 4"
        ):
            text = f"{row['what']}: {row['note']}" + (
                f" ({row['times']})" if row["times"] > 1 else ""
            )
            notes[row["course_id"], row["dump_date"]].append(text)
    for course_id, other in twins_of(row["course_id"] for row in rows if row["course_id"]).items():
        for row in rows:
            if row["course_id"] == course_id:
                notes[course_id, row["dump_date"]].append(_TWIN.format(other))
    chosen = set(current_of(dumps))
    return [_package(row, dumps, chosen, tuple(notes[row[0], row[1]])) for row in rows]


def _package(
    row: sqlite3.Row, dumps: list[Dump], chosen: set[Dump], notes: tuple[str, ...]
) -> Package:
    own = [dump for dump in dumps if (dump.course_id, dump.dump_date) == (row[0], row[1])]
    best = set(current_of(own))
    return Package(
        course_id=row["course_id"],
        dump_date=row["dump_date"],
        files=row["files"],
        tables=len({dump.dataset for dump in own}),
        rows=row["rows"],
        quarantined=row["quarantined"],
        skipped=row["skipped"],
        is_current=any(dump in chosen for dump in own),
        dated_by="modified" if row["is_doubtful"] else "name",
        notes=notes,
        replaced=tuple(sorted({dump.dataset for dump in own if dump not in best})),
    )
