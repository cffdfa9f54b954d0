"""Which scopes a build has to recompute: those with other dumps than before, or events on touched dates.

Enters: changed parts of the lake, the warehouse's notes. Leaves: scopes, kept in studium.touched_scopes until a build
is finished; and of each date the scopes that its events named, which tell of those that they name no more.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from studium.vocabulary import Scope
from studium.warehouse.engine import Engine
from studium.warehouse.inputs.changes import EVENTS, LOCATIONS, WHOLE, scope_of

Named = frozenset[tuple[date, Scope]]  # a date, and a scope that its events name


def kinds_of_events() -> set[str]:
    """The kinds of scopes that events name."""
    from studium.lake import EVENTS as DECLARED

    return {kind for kind, _ in DECLARED.naming}


def find_named(engine: Engine, days: Sequence[date]) -> Named:
    """The scopes that the events of `days` name."""
    from studium.lake import EVENTS as DECLARED

    columns: dict[str, list[str]] = defaultdict(list)
    for kind, column in DECLARED.naming if days else ():
        columns[kind].append(column)
    return frozenset(
        (day, Scope(kind, name))
        for kind, names in columns.items()
        for day, name in _named_in(engine, days, ", ".join(names))
    )


def _named_in(engine: Engine, days: Sequence[date], columns: str) -> Iterator[tuple[date, str]]:
    listed = ", ".join(f"date '{day.isoformat()}'" for day in days)
    yield from engine.rows(
        "select distinct * from ("
        f" select event_date, unnest([{columns}]) as id"
        f" from (select distinct event_date, {columns} from lake.events where event_date in ({listed}))"
        ") where nullif(id, '') is not null"
    )


def find_scopes(
    engine: Engine, changed: Mapping[str, Sequence[str]], days: Sequence[date], named: Named
) -> list[Scope]:
    """Scopes to recompute, those of killed builds too.

    A scope that events of `days` name counts, now (`named`) or when they were built.
    """
    found = {
        scope_of(part)
        for source, parts in changed.items()
        if source not in {EVENTS, LOCATIONS}
        for part in parts
        if part != WHOLE
    }
    found |= {Scope(kind, name) for kind, name in engine.rows("from studium.touched_scopes")}
    found |= {scope for _, scope in {*named, *_named_before(engine, days)}}
    return sorted(found)


def note_begun(
    engine: Engine, scopes: Collection[Scope], days: Sequence[date], named: Named
) -> None:
    """Remember which scopes may be half done; models read them from studium.touched_scopes.

    The scopes of `days` are those of before and of now, until the build is finished.
    """
    engine.rows("delete from studium.touched_scopes")
    engine.rows(
        "insert into studium.touched_scopes select unnest($kinds::varchar[]), unnest($ids::varchar[])",
        _listed(sorted(scopes)),
    )
    _write(engine, days, named | _named_before(engine, days))


def note_finished(engine: Engine, days: Sequence[date], named: Named) -> None:
    """No scope is touched any more; the scopes of `days` are those of now."""
    engine.rows("delete from studium.touched_scopes")
    _write(engine, days, named)


def _named_before(engine: Engine, days: Sequence[date]) -> Named:
    found = engine.rows(
        "select event_date, kind, id from studium.scopes_of_days"
        " where event_date in (select unnest($days::date[]))",
        {"days": list(days)},
    )
    return frozenset((day, Scope(kind, name)) for day, kind, name in found)


def _write(engine: Engine, days: Sequence[date], named: Named) -> None:
    engine.rows(
        "delete from studium.scopes_of_days where event_date in (select unnest($days::date[]))",
        {"days": list(days)},
    )
    pairs = list(named)
    engine.rows(
        "insert into studium.scopes_of_days"
        " select unnest($days::date[]), unnest($kinds::varchar[]), unnest($ids::varchar[])",
        {"days": [day for day, _ in pairs], **_listed(scope for _, scope in pairs)},
    )


def _listed(scopes: Iterable[Scope]) -> dict[str, list[str]]:
    pairs = [(scope.kind, scope.id) for scope in scopes]
    return {"kinds": [kind for kind, _ in pairs], "ids": [name for _, name in pairs]}
