"""What each table means, as its author wrote it beside the model.

Enters: the parsed dbt project. Leaves: one `Table` per mart, for releases, docs and pages.
"""

import re
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

from msgspec import convert

from studium.config import Workspace
from studium.vocabulary import Rights, Table, TableColumn
from studium.warehouse.database import open_warehouse
from studium.warehouse.project import Project

# How the text of a column ends: with its unit, and with what the published systems give in its place, unless
# the description itself ends so: "With compat …".
_TEXT = re.compile(r"(?P<description>.+?)(?: \[(?P<unit>[^\]]+)\])?(?: Compat: (?P<compat>.+))?")
_WITH_COMPAT = " With compat "


def catalogue(workspace: Workspace) -> list[Table]:
    """All marts, by name; loads dbt only when its project was not parsed before."""
    manifest = Project(workspace).read_manifest()
    nodes = manifest["nodes"].values()
    marts = [node for node in nodes if node["resource_type"] == "model" and _is_mart(node)]
    tests: dict[str, list[str]] = {node["unique_id"]: [] for node in marts}
    for node in nodes:
        if node["resource_type"] == "test" and node.get("attached_node") in tests:
            tests[node["attached_node"]].append(node["name"])
    sources = _sources(manifest["nodes"])
    return sorted(
        (_describe(node, tests[node["unique_id"]], sources(node["unique_id"])) for node in marts),
        key=lambda model: model.name,
    )


def model_areas(project: Project) -> dict[str, str]:
    """Name of each model -> its area."""
    nodes = project.read_manifest()["nodes"].values()
    return {node["name"]: node["fqn"][1] for node in nodes if node["resource_type"] == "model"}


def area_reads(workspace: Workspace) -> dict[str, list[str]]:
    """Area -> the other areas whose tables its models read."""
    nodes = Project(workspace).read_manifest()["nodes"]
    areas = {key: it["fqn"][1] for key, it in nodes.items() if it["resource_type"] == "model"}
    reads: dict[str, set[str]] = {}
    for key, area in areas.items():
        read = {areas[it] for it in nodes[key]["depends_on"]["nodes"] if it in areas}
        reads.setdefault(area, set()).update(read - {area})
    return {area: sorted(read) for area, read in reads.items()}


def unfinished_models(workspace: Workspace) -> dict[str, list[str]]:
    """Area -> its models that the last build could not make."""
    areas = model_areas(Project(workspace))
    found: dict[str, list[str]] = {}
    with open_warehouse(workspace) as connection:
        known = "from duckdb_tables() where schema_name = 'studium' and table_name = 'built_models'"
        if connection.execute(known).fetchall():
            rows = "select name from studium.built_models where version = '' order by name"
            for (name,) in connection.execute(rows).fetchall():
                found.setdefault(areas.get(name, ""), []).append(name)
    return found


def _is_mart(node: dict[str, Any]) -> bool:
    return bool(node["schema"] == "marts")


def _sources(nodes: Mapping[str, Any]) -> Callable[[str], frozenset[str]]:
    """Id of a model -> the datasets of the lake that it reads, by whatever way."""

    @cache
    def reached(key: str) -> frozenset[str]:
        if key.startswith("source."):
            return frozenset([key.split(".")[-1]])
        return frozenset[str]().union(*map(reached, nodes[key]["depends_on"]["nodes"]))

    return reached


def _describe_column(name: str, kind: str, text: str) -> TableColumn:
    """`Sum of the gaps. [seconds] Compat: NULL.` is a definition, a unit, and what compat gives."""
    found = _TEXT.fullmatch(" ".join(text.split()))
    parts = found.groupdict("") if found else {"description": text}
    _, said, within = parts["description"].partition(_WITH_COMPAT)
    if said and not parts.get("compat"):
        parts["compat"] = within[0].upper() + within[1:]
    return TableColumn(name=name, type=kind, **parts)


def _describe(node: dict[str, Any], tests: list[str], sources: Collection[str]) -> Table:
    meta = node["config"]["meta"]
    columns = [
        _describe_column(name, column["data_type"], column["description"])
        for name, column in node["columns"].items()
    ]
    return Table(
        name=node["name"],
        grain=node["description"],
        columns=columns,
        tests=sorted(tests),
        sql=node["raw_code"],
        depends_on=sorted(name.split(".")[-1] for name in node["depends_on"]["nodes"]),
        compat=meta.get("compat", ""),
        rights=convert(meta["rights"], Rights) if meta.get("rights") else None,
        window_days=meta.get("window_days"),
        area=node["fqn"][1],
        sources=sorted(sources),
        is_better_small=meta.get("is_better_small", False),
        is_archived=meta.get("is_archived", False),
        counts=meta.get("counts", ""),
    )
