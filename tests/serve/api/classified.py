"""Rights of hand-made tables, as the models of these names have them.

Enters: SQL that makes some tables, of which each may lack columns of its model. Leaves: `Rights` by name.
"""

import tempfile
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from studium.analyses import analysis_catalogue
from studium.config import Settings, Workspace
from studium.vocabulary import Groups, Rights
from studium.warehouse import catalogue


def classify_marts(sql: str, without: Collection[str] = (), before: str = "") -> dict[str, Rights]:
    """What the models say of each table that `sql` makes after `before`; one that has no model is named `without`."""
    with duckdb.connect() as connection:
        connection.execute(before)
        older = columns_of(connection)
        connection.execute(sql)
        made = columns_of(connection)
    known = _rights_of_models()
    assert not known.keys() & set(without), "it has a model: take its rights"
    return {
        name: narrowed(known[name], columns)
        for name, columns in made.items()
        if name not in without and older.get(name) != columns
    }


def columns_of(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Names of columns of all marts."""
    rows = connection.execute(
        "select table_name, list(column_name) from duckdb_columns() where schema_name = 'marts' group by all"
    ).fetchall()
    return {name: set(columns) for name, columns in rows}


def narrowed(rights: Rights, columns: Collection[str]) -> Rights:
    """The same of fewer columns: a table of a test has those that the test is about."""
    groups = rights.groups and _narrowed_groups(rights.groups, {*columns, "*"})
    return msgspec.structs.replace(
        rights,
        learner=[name for name in rights.learner if name in columns],
        personal=[name for name in rights.personal if name in columns],
        beyond=[name for name in rights.beyond if name in columns],
        traits={name: trait for name, trait in rights.traits.items() if name in columns},
        groups=groups if groups and groups.counts else None,
    )


def _narrowed_groups(groups: Groups, columns: Collection[str]) -> Groups:
    def some(given: Any) -> Any:
        if isinstance(given, str):
            return given if given in columns else ""
        if isinstance(given, dict):
            return {
                key: kept
                for key, value in given.items()
                if key in columns and (kept := some(value))
            }
        return given if given is None else [name for name in given if name in columns]

    return Groups(**{name: some(value) for name, value in msgspec.structs.asdict(groups).items()})


@cache
def _rights_of_models() -> dict[str, Rights]:
    with tempfile.TemporaryDirectory() as folder:
        marts = catalogue(Workspace(root=Path(folder), settings=Settings()))
    return {mart.name: mart.rights for mart in (*marts, *analysis_catalogue()) if mart.rights}
