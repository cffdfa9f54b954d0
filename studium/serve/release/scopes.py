"""Which scopes a release knows anything of, and which lie in which.

Enters: an open release and the classification of its tables. Leaves: a `Reach`, read once.
"""

from collections.abc import Iterable

import duckdb

from studium.publish import CATALOG
from studium.serve.rights import Reach
from studium.serve.rights.naming import literal, quoted
from studium.vocabulary import Belonging, Scope, Table

_FEW_ROWS = 5_000_000  # larger tables are not asked which scopes there are


def read_reach(cursor: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> Reach:
    """Every scope that a table of one scope's rows names whole, and what it says that it lies in."""
    asked, pairs = [], []
    for table in tables:
        scope = table.rights.scope if table.rights else None
        if scope is None or scope.until or table.rows > _FEW_ROWS:
            continue
        if table.rights and table.rights.level in {"course", "learner"}:
            asked.append(_ids(table, scope))
            pairs += _pairs(table, scope)
    ids: dict[str, set[str]] = {}
    for kind, id_ in cursor.execute(" union ".join(asked)).fetchall() if asked else ():
        ids.setdefault(kind, set()).add(id_)
    within = [
        (Scope(kind, id_), Scope(outer, outer_id))
        for kind, id_, outer, outer_id in (
            cursor.execute(" union ".join(pairs)).fetchall() if pairs else ()
        )
    ]
    for _, outer in within:
        ids.setdefault(outer.kind, set()).add(outer.id)
    return Reach({kind: frozenset(found) for kind, found in ids.items()}, within)


def _ids(table: Table, scope: Belonging) -> str:
    column = quoted(scope.column)
    return (
        f"select distinct {literal(scope.kind)}, {column} from {CATALOG}.main.{quoted(table.name)} "
        f"where {column} is not null"
    )


def _pairs(table: Table, scope: Belonging) -> list[str]:
    column = quoted(scope.column)
    return [
        f"select distinct {literal(scope.kind)}, {column}, {literal(kind)}, {quoted(outer)} "
        f"from {CATALOG}.main.{quoted(table.name)} where {column} <> '' and {quoted(outer)} <> ''"
        for kind, outer in scope.within.items()
    ]
