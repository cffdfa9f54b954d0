"""Models that a build passes over: those without input, whose tables are made empty, and those that nobody wants.

Enters: the models, which sources hold files, which tables a workspace wants. Leaves: names. A workspace with logs
alone builds a third of the models, and an area without input costs nothing.
"""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from functools import cache

from studium.errors import MisuseError
from studium.vocabulary import PARTS
from studium.warehouse.inputs.changes import source_of
from studium.warehouse.project import Graph, Model


def find_idle(graph: Graph, filled: Collection[str], wanted: Collection[str]) -> dict[str, bool]:
    """Names of all models to pass over, and whether that is because nobody wants them.

    `filled` are the sources that hold rows, such as "lake.auth_user"; an empty `wanted` stands for every table.
    Raises MisuseError when a wanted table does not exist.
    """
    unwanted = _find_unwanted(graph, wanted) if wanted else set()
    return {name: name in unwanted for name in unwanted | _find_empty(graph, filled)}


def _find_unwanted(graph: Graph, wanted: Collection[str]) -> set[str]:
    """Models that are neither wanted nor read by a wanted one."""
    by_name = graph.by_name
    unknown = sorted(set(wanted) - by_name.keys())
    if unknown:
        nearest = get_close_matches(unknown[0], by_name, n=1)
        raise MisuseError(
            f"There is no table {unknown[0]}",
            "build.tables",
            f"Did you mean {nearest[0]}?" if nearest else "All tables: docs/reference/tables.md",
        )
    reached: set[str] = set()
    counting = {name for name, it in by_name.items() if it.meta.get("counts")}  # the gate asks them
    beside = {PARTS} if any(_has_parts(by_name[name]) for name in wanted) else set()
    waiting = [by_name[name].key for name in {*wanted, *counting, *beside}]
    while waiting:
        key = waiting.pop()
        if key in graph.models and key not in reached:
            reached.add(key)
            waiting += graph.models[key].reads
    return {model.name for key, model in graph.models.items() if key not in reached}


def _has_parts(model: Model) -> bool:
    """Whether the server needs PARTS to know which counts of a table it hides."""
    groups: Mapping[str, object] = model.meta.get("rights", {}).get("groups") or {}
    return groups.get("parts") is not None


def _find_empty(graph: Graph, filled: Collection[str]) -> set[str]:
    """The models that read nothing but sources without rows and other idle models.

    A model that reads more says in its `config.meta.rows_from` which models give it its rows: without a row in any of
    them it has none.
    """

    @cache
    def is_idle(key: str) -> bool:
        if key not in graph.models:
            return source_of(key) not in {*filled, None}
        model = graph.models[key]
        rows_from = model.meta.get("rows_from")
        inputs = [graph.by_name[name].key for name in rows_from] if rows_from else model.reads
        return bool(inputs) and all(is_idle(it) for it in inputs)

    return {model.name for key, model in graph.models.items() if is_idle(key)}
