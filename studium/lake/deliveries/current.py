"""Which files of a dataset count: of each scope the newest, or every one, as the dataset declares.

Enters: the ledger. Leaves: `DumpPartition`s that are not newer than a day. The choice depends on the files alone, so
every order of arrival ends at the same one.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from studium.config import Workspace
from studium.lake.ledger import COUNTED, DUMP_LAYOUT, read_ledger
from studium.lake.registry import AREAS, DATASETS, FORMATS
from studium.vocabulary import SITE, Scope


@dataclass(frozen=True)
class DumpPartition:
    """The rows of one file that counts for its dataset and scope.

    `reach` is the scope that the rows are of: the site, where the name of the scope is no id. In the `layout` 1 of
    Parquet provenance names the course of a package, in 2 the scope. `personal` is the Parquet of the personal
    columns, None for a table without any. `file` is the ledger's name of the raw file; `fingerprint` changes with the
    bytes and with the parser.
    """

    dataset: str
    scope: Scope
    reach: Scope
    dump_date: date
    path: Path
    personal: Path | None
    rows: int
    file: str
    fingerprint: str
    layout: int = DUMP_LAYOUT


class Dump(NamedTuple):
    """A table as one file delivers it; of some formats a scope has several files, each a `source` of its own."""

    dataset: str
    scope: Scope
    source: str
    dump_date: str
    file: str
    name: str
    rows: int
    is_whole: bool
    parser_version: int
    layout: int


def dump_partitions(workspace: Workspace, as_of: date | None = None) -> list[DumpPartition]:
    """The files that count, by dataset and scope; those of a dump on `as_of` do, later ones do not."""
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


def current_of(dumps: Iterable[Dump]) -> list[Dump]:
    """One dump per dataset, scope and source, in their order; sources that a newer one has left behind do not count.

    A whole file comes before one that broke off; then the later day, more rows, and the greater name. Of a dataset
    that keeps every file, each is a source, and none is left behind.
    """
    best: dict[tuple[str, Scope, str], Dump] = {}
    for dump in dumps:
        key = (dump.dataset, dump.scope, dump.file if _keeps_all(dump) else dump.source)
        if key not in best or _rank(dump) > _rank(best[key]):
            best[key] = dump
    newest: dict[tuple[str, Scope], str] = {}
    for (dataset, scope, _), dump in best.items():
        newest[dataset, scope] = max(newest.get((dataset, scope), ""), dump.dump_date)
    return [
        best[key]
        for key in sorted(best, key=lambda it: (it[0], it[1].id, it[1].kind, it[2]))
        if _keeps_all(best[key]) or best[key].dump_date == newest[key[:2]]
    ]


def _keeps_all(dump: Dump) -> bool:
    declared = DATASETS.get(dump.dataset)
    return declared is not None and declared.keeps != "newest"


def _rank(dump: Dump) -> tuple[bool, str, int, str]:
    return (dump.is_whole, dump.dump_date, dump.rows, dump.file)


def _dumps(ledger: sqlite3.Connection) -> list[Dump]:
    """Every table that a counted file delivers; a file of which no line could be read delivers none."""
    rows = ledger.execute(
        "select substr(folder, 7) as dataset, scope, scope_id, format, coalesce(dataset, '') as source,"
        " dump_parts.dump_date, sha256, name, dump_parts.rows, state = 'landed' as is_whole, parser_version, layout"
        " from dump_parts join files using (sha256) join deliveries using (sha256)"
        f" where state in {COUNTED} and folder like 'dumps/%' and (files.rows > 0 or not exists"
        " (select 1 from rejects where rejects.sha256 = files.sha256)) order by 1, 3, 2, 5, 6, 7"
    )
    return [_dump(row) for row in rows]


def _dump(row: sqlite3.Row) -> Dump:
    dataset, kind, id_, format_, source, *facts = row
    known = FORMATS.get(format_)
    is_one_of_several = known is not None and known.has_sources
    return Dump(dataset, Scope(kind, id_ or ""), source if is_one_of_several else "", *facts)


def reach_of(dump: Dump) -> Scope:
    """The scope that rows are of: an id that the area does not know as one may stand for any."""
    declared = DATASETS.get(dump.dataset)
    recogniser = AREAS[declared.area].recogniser if declared else None
    return dump.scope if recogniser is None or recogniser.is_id(dump.scope) else SITE


def _partition(lake: Path, dump: Dump, is_personal: bool) -> DumpPartition:
    below = Path(f"{dump.dataset}/dump_date={dump.dump_date}/{dump.name}")
    print_ = f"{dump.file} {dump.rows} {dump.parser_version} {int(dump.is_whole)}"
    return DumpPartition(
        dataset=dump.dataset,
        scope=dump.scope,
        reach=reach_of(dump),
        dump_date=date.fromisoformat(dump.dump_date),
        path=lake / "dumps" / below,
        personal=lake / "personal" / below if is_personal else None,
        rows=dump.rows,
        file=dump.file,
        fingerprint=blake2b(print_.encode(), digest_size=16).hexdigest(),
        layout=dump.layout,
    )


@dataclass(frozen=True)
class LandedPackage:
    """What landed of one scope for one day, for people; `replaced` tables have a better dump of the same day."""

    scope: str
    scope_id: str | None
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


def packages(workspace: Workspace) -> list[LandedPackage]:
    """All packages by scope and day."""
    with read_ledger(workspace) as ledger:
        dumps = _dumps(ledger)
        rows = ledger.execute(
            "select scope, scope_id, dump_date, count(*) as files, sum(rows) as rows, sum(skipped) as skipped,"
            " max(dated_by = 'modified') as is_doubtful, sum((select coalesce(sum(rejects.lines), 0)"
            " from rejects where rejects.sha256 = files.sha256)) as quarantined"
            " from files join deliveries using (sha256)"
            f" where state in {COUNTED} group by 1, 2, 3 order by coalesce(scope_id, ''), 1, 3"
        ).fetchall()
        notes: dict[tuple[str, str | None, str], list[str]] = defaultdict(list)
        for row in ledger.execute(
            "select scope, scope_id, dump_date, coalesce(dataset, format) as what, note, sum(times) as times"
            " from notes join deliveries using (sha256) group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5"
        ):
            text = f"{row['what']}: {row['note']}" + (
                f" ({row['times']})" if row["times"] > 1 else ""
            )
            notes[row["scope"], row["scope_id"], row["dump_date"]].append(text)
    for kind, other_id, note in _doubts(rows):
        for row in rows:
            if (row["scope"], row["scope_id"]) == (kind, other_id):
                notes[row["scope"], row["scope_id"], row["dump_date"]].append(note)
    chosen = set(current_of(dumps))
    return [_package(row, dumps, chosen, tuple(notes[row[0], row[1], row[2]])) for row in rows]


def _doubts(rows: Iterable[sqlite3.Row]) -> Iterator[tuple[str, str, str]]:
    """(kind, id, what is doubtful about it) of scopes that may be meant for another."""
    ids = {(row["scope"], row["scope_id"]) for row in rows if row["scope_id"]}
    for area in AREAS.values():
        doubts = (
            area.recogniser.doubts([Scope(*one) for one in sorted(ids)]) if area.recogniser else {}
        )
        for scope, note in doubts.items():
            yield scope.kind, scope.id, note


def _package(
    row: sqlite3.Row, dumps: list[Dump], chosen: set[Dump], notes: tuple[str, ...]
) -> LandedPackage:
    scope = Scope(row["scope"], row["scope_id"] or "")
    own = [dump for dump in dumps if (dump.scope, dump.dump_date) == (scope, row["dump_date"])]
    best = set(current_of(own))
    return LandedPackage(
        scope=row["scope"],
        scope_id=row["scope_id"],
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
