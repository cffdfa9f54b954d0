"""Models that a build passes over: those without input, whose tables are made empty, and those that nobody wants.

Enters: dbt's manifest, which lake tables hold files, which tables a workspace wants. Leaves: statements that make
tables empty or remove them, and names. A workspace with logs alone builds a third of the models.
"""

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from studium.errors import MisuseError
from studium.vocabulary import PARTS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


COUNTED = "event_types_daily"  # always built: the gate compares it with the lake


class Idle(NamedTuple):
    """A model that is passed over: where its table stands, and the statement that makes it empty or removes it."""

    name: str
    schema: str
    statement: str
    is_unwanted: bool


def find_idle(
    manifest: Mapping[str, Any], empty: Collection[str], wanted: Collection[str]
) -> list[Idle]:
    """All models to pass over, in order of names; an empty `wanted` stands for every table.

    Raises MisuseError when a wanted table does not exist.
    """
    models = {node["name"]: node for node in _models(manifest).values()}
    unwanted = _find_unwanted(manifest, wanted) if wanted else set()
    return [
        _idle(models[name], is_unwanted=name in unwanted)
        for name in sorted(unwanted | _find_empty(manifest, empty))
    ]


def find_partial(manifest: Mapping[str, Any]) -> set[str]:
    """Names of the models that keep the rows which a build does not touch: by date, by course, by learner."""
    return {
        node["name"]
        for node in _models(manifest).values()
        if node["config"]["materialized"].startswith("by_")
    }


def _models(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    nodes: Mapping[str, Any] = manifest["nodes"]
    return {key: node for key, node in nodes.items() if node["resource_type"] == "model"}


def _find_unwanted(manifest: Mapping[str, Any], wanted: Collection[str]) -> set[str]:
    """Models that are neither wanted nor read by a wanted one."""
    models = _models(manifest)
    by_name = {node["name"]: key for key, node in models.items()}
    unknown = sorted(set(wanted) - set(by_name))
    if unknown:
        nearest = get_close_matches(unknown[0], by_name, n=1)
        raise MisuseError(
            f"There is no table {unknown[0]}",
            "build.tables",
            f"Did you mean {nearest[0]}?" if nearest else "All tables: docs/reference/tables.md",
        )
    reached: set[str] = set()
    beside = {PARTS} if any(_has_parts(models[by_name[name]]) for name in wanted) else set()
    waiting = [by_name[name] for name in {*wanted, COUNTED, *beside}]
    while waiting:
        key = waiting.pop()
        if key in models and key not in reached:
            reached.add(key)
            waiting += models[key]["depends_on"]["nodes"]
    return {node["name"] for key, node in models.items() if key not in reached}


def _has_parts(node: Mapping[str, Any]) -> bool:
    """Whether the server needs PARTS to know which counts of a table it hides."""
    groups = node["config"].get("meta", {}).get("rights", {}).get("groups") or {}
    return groups.get("parts") is not None


def _find_empty(manifest: Mapping[str, Any], empty: Collection[str]) -> set[str]:
    """The models that read nothing but `empty` sources ("lake.auth_user") and other idle models, in order of names.

    A model that reads more says in its `config.meta.rows_from` which models give it its rows: without a row in any of
    them it has none.
    """
    models = _models(manifest)
    by_name = {node["name"]: key for key, node in models.items()}

    @cache
    def is_idle(key: str) -> bool:
        if key.startswith("source."):
            return ".".join(key.split(".")[-2:]) in empty
        node = models[key]
        rows_from = node["config"].get("meta", {}).get("rows_from")
        inputs = [by_name[name] for name in rows_from] if rows_from else node["depends_on"]["nodes"]
        return bool(inputs) and all(is_idle(it) for it in inputs)

    return {name for name, key in by_name.items() if is_idle(key)}


def pass_over(connection: "DuckDBPyConnection", idle: Iterable[Idle]) -> None:
    """Make the tables of models without input empty, remove those that nobody wants."""
    connection.execute("begin")
    for model in idle:
        connection.execute(f"create schema if not exists {model.schema}")
        connection.execute(model.statement)
    connection.execute("commit")


def read_idle(connection: "DuckDBPyConnection") -> dict[str, bool]:
    """Models that the last finished build passed over, and whether they were unwanted."""
    connection.execute("create schema if not exists studium")
    connection.execute(
        "create table if not exists studium.idle_models (name varchar, is_unwanted boolean)"
    )
    return dict(connection.execute("from studium.idle_models").fetchall())


def note_idle(connection: "DuckDBPyConnection", idle: Iterable[Idle]) -> None:
    """Remember which models a finished build passed over."""
    models = list(idle)
    connection.execute(
        "create or replace table studium.idle_models as "
        "select unnest($names::varchar[]) as name, unnest($unwanted::boolean[]) as is_unwanted",
        {
            "names": [model.name for model in models],
            "unwanted": [model.is_unwanted for model in models],
        },
    )


def _idle(node: Mapping[str, Any], is_unwanted: bool) -> Idle:
    columns = ", ".join(
        f'cast(null as {column["data_type"]}) as "{name}"'
        for name, column in node["columns"].items()
    )
    kind = "view" if node["config"]["materialized"] == "view" else "table"
    place = f'{node["schema"]}."{node["name"]}"'
    empty = f"create or replace {kind} {place} as select {columns} where false"
    removed = f"drop {kind} if exists {place}"
    return Idle(node["name"], node["schema"], removed if is_unwanted else empty, is_unwanted)
