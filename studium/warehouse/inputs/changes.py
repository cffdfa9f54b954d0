"""What the lake holds, part by part, and which parts are others than those that were built.

Enters: contents of the lake, locations of addresses, the warehouse's notes. Leaves: a fingerprint per source and part:
of events a part is a date, of dumps a scope; the empty part is the whole, of which nobody knows which rows changed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from studium.vocabulary import SITE, Scope
from studium.warehouse.engine import Engine
from studium.warehouse.inputs.dumps import Contents, DumpPartition
from studium.warehouse.inputs.locations import AddressLocations
from studium.warehouse.interval import Interval

EVENTS = "lake.events"
LOCATIONS = "lake.ip_locations"
WHOLE = ""
_UNBUILT = ""
Parts = Mapping[str, Mapping[str, str]]  # source -> part -> fingerprint


def read_parts(contents: Contents, locations: AddressLocations, interval: Interval) -> Parts:
    """All that a build reads: events inside the interval, current dumps, the database of addresses."""
    days = {
        part.day.isoformat(): part.fingerprint
        for part in contents.partitions
        if interval.holds(part.day)
    }
    places = {WHOLE: locations.fingerprint} if locations.path else {}
    return {EVENTS: days, LOCATIONS: places, **parts_of(contents.dumps)}


def part_of(scope: Scope) -> str:
    """How the part of a source is called that holds the rows of one scope."""
    return f"{scope.kind} {scope.id}"


def scope_of(part: str) -> Scope:
    """The scope that a part of a source is of; not for WHOLE."""
    kind, _, name = part.partition(" ")
    return Scope(kind, name)


def parts_of(dumps: Iterable[DumpPartition]) -> Parts:
    """Fingerprints of the dumps that count, by source and scope.

    Rows that came for a wider scope than their dataset is about may be of any: they are of the whole, as are those of
    the site. What nobody declares, nobody reads.
    """
    from studium.lake import DATASETS

    prints: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for dump in dumps:
        declared = DATASETS.get(dump.dataset)
        if declared:
            is_of_one = declared.scope == dump.reach.kind and dump.reach != SITE
            part = part_of(dump.reach) if is_of_one else WHOLE
            prints[f"lake.{dump.dataset}"][part].append(dump.fingerprint)
    return {
        source: {part: " ".join(sorted(found)) for part, found in parts.items()}
        for source, parts in prints.items()
    }


def source_of(key: str) -> str | None:
    """The source behind one of dbt's; None for the warehouse's own notes.

    Duplicates come with their events, personal columns with the other ones of their lines.
    """
    schema, name = key.split(".")[-2:]
    if schema == "studium":
        return None
    return EVENTS if name == "duplicates" else f"lake.{name}"


def find_changed(engine: Engine, wanted: Parts) -> dict[str, list[str]]:
    """Source -> its parts that are new, others, or gone since they were built; half-done ones too."""
    built = read_built(engine)
    found = {}
    for source in sorted(built.keys() | wanted.keys()):
        before, now = built.get(source, {}), wanted.get(source, {})
        parts = [it for it in before.keys() | now.keys() if before.get(it) != now.get(it)]
        if parts:
            found[source] = sorted(parts)
    return found


def read_built(engine: Engine) -> dict[str, dict[str, str]]:
    """What was built last; no file's fingerprint for a part that is half done."""
    built: dict[str, dict[str, str]] = defaultdict(dict)
    for source, part, fingerprint in engine.rows("from studium.built_inputs"):
        built[source][part] = fingerprint
    return built


def mark_unbuilt(engine: Engine, changed: Mapping[str, Sequence[str]]) -> None:
    """Remember that these parts may be half done, so that a killed build is done again."""
    _write(engine, [(source, it, _UNBUILT) for source, parts in changed.items() for it in parts])


def mark_built(engine: Engine, changed: Mapping[str, Sequence[str]], wanted: Parts) -> None:
    """Write what these parts were built from; forget those that are gone."""
    now = [
        (source, part, wanted.get(source, {}).get(part))
        for source, parts in changed.items()
        for part in parts
    ]
    _write(engine, [(source, part, it) for source, part, it in now if it is not None])
    for source, part, it in now:
        if it is None:
            engine.rows(
                "delete from studium.built_inputs where source = $source and part = $part",
                {"source": source, "part": part},
            )


def touched_dates(changed: Mapping[str, Sequence[str]]) -> list[date]:
    """The dates among changed parts, in order."""
    return [date.fromisoformat(part) for part in changed.get(EVENTS, [])]


def _write(engine: Engine, rows: Sequence[tuple[str, str, str]]) -> None:
    if rows:
        engine.rows(
            "insert or replace into studium.built_inputs"
            " select unnest($sources), unnest($parts), unnest($prints)",
            {
                "sources": [row[0] for row in rows],
                "parts": [row[1] for row in rows],
                "prints": [row[2] for row in rows],
            },
        )
