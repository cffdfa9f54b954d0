"""Models without input: as long as nothing landed that could give them a row, their tables are made empty.

Enters: dbt's manifest, which lake tables hold files. Leaves: empty tables and views with the columns of the contracts,
and their names, so that dbt passes over them. A workspace with logs alone builds a third of the models.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Idle(NamedTuple):
    """A model that has no input: where its table stands, and the statement that makes it empty."""

    name: str
    schema: str
    statement: str


def find_idle(manifest: Mapping[str, Any], empty: Collection[str]) -> list[Idle]:
    """The models that read nothing but `empty` sources ("lake.auth_user") and other idle models, in order of names.

    A model that reads more says in its `config.meta.rows_from` which models give it its rows: without a row in any of
    them it has none.
    """
    nodes: Mapping[str, Any] = manifest["nodes"]
    models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    by_name = {node["name"]: key for key, node in models.items()}

    @cache
    def is_idle(key: str) -> bool:
        if key.startswith("source."):
            return ".".join(key.split(".")[-2:]) in empty
        node = models[key]
        rows_from = node["config"].get("meta", {}).get("rows_from")
        inputs = [by_name[name] for name in rows_from] if rows_from else node["depends_on"]["nodes"]
        return bool(inputs) and all(is_idle(it) for it in inputs)

    return [_idle(models[by_name[name]]) for name in sorted(by_name) if is_idle(by_name[name])]


def make_empty(connection: "DuckDBPyConnection", idle: Iterable[Idle]) -> None:
    """Make the tables of idle models, whatever stood in their place."""
    for model in idle:
        connection.execute(f"create schema if not exists {model.schema}")
        connection.execute(model.statement)


def read_idle(connection: "DuckDBPyConnection") -> set[str]:
    """Names of the models that the last finished build passed over."""
    connection.execute("create schema if not exists studium")
    connection.execute("create table if not exists studium.idle_models (name varchar primary key)")
    return {name for (name,) in connection.execute("from studium.idle_models").fetchall()}


def note_idle(connection: "DuckDBPyConnection", names: Iterable[str]) -> None:
    """Remember which models a finished build passed over."""
    connection.execute("create or replace table studium.idle_models (name varchar primary key)")
    connection.execute(
        "insert into studium.idle_models select unnest($names::varchar[])", {"names": list(names)}
    )


def passing_over(names: Collection[str]) -> list[str]:
    """Options of dbt that leave out models; a test stays as long as it reads one that is not."""
    return ["--exclude", *sorted(names), "--indirect-selection", "cautious"] if names else []


def _idle(node: Mapping[str, Any]) -> Idle:
    columns = ", ".join(
        f'cast(null as {column["data_type"]}) as "{name}"'
        for name, column in node["columns"].items()
    )
    kind = "view" if node["config"]["materialized"] == "view" else "table"
    place = f'{node["schema"]}."{node["name"]}"'
    return Idle(
        node["name"],
        node["schema"],
        f"create or replace {kind} {place} as select {columns} where false",
    )
