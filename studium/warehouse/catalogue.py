"""What each table means, as its author wrote it beside the model.

Enters: the parsed dbt project. Leaves: one `ModelInfo` per mart, for releases, docs and pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studium.config import Workspace
from studium.warehouse.project import Project


@dataclass(frozen=True)
class ColumnInfo:
    """A column: its type as in the contract, its definition and, where it has one, its unit.

    `compat` says what the published systems give in its place, where that differs.
    """

    name: str
    type: str
    description: str
    unit: str = ""
    compat: str = ""


@dataclass(frozen=True)
class ModelInfo:
    """A table: `grain` begins "One row per …", `sql` is the model, `depends_on` what it reads.

    `rights` says who may see which rows and columns, as publish.manifest.Rights has it; `window_days`
    of how many days before `as_of` the table tells, where not of all.
    """

    name: str
    grain: str
    columns: tuple[ColumnInfo, ...]
    tests: tuple[str, ...]
    sql: str
    depends_on: tuple[str, ...]
    compat: str = ""
    rights: Mapping[str, Any] | None = None
    window_days: int | None = None


def catalogue(workspace: Workspace) -> list[ModelInfo]:
    """All marts, by name; loads dbt only when its project was not parsed before."""
    manifest = Project(workspace).read_manifest()
    nodes = manifest["nodes"].values()
    marts = [node for node in nodes if node["resource_type"] == "model" and _is_mart(node)]
    tests: dict[str, list[str]] = {node["unique_id"]: [] for node in marts}
    for node in nodes:
        if node["resource_type"] == "test" and node.get("attached_node") in tests:
            tests[node["attached_node"]].append(node["name"])
    return sorted(
        (_describe(node, tests[node["unique_id"]]) for node in marts), key=lambda model: model.name
    )


def _is_mart(node: dict[str, Any]) -> bool:
    return bool(node["schema"] == "marts")


def _describe(node: dict[str, Any], tests: list[str]) -> ModelInfo:
    columns = tuple(
        ColumnInfo(
            name=name,
            type=column["data_type"],
            description=column["description"],
            unit=column["config"]["meta"].get("unit", ""),
            compat=column["config"]["meta"].get("compat", ""),
        )
        for name, column in node["columns"].items()
    )
    return ModelInfo(
        name=node["name"],
        grain=node["description"],
        columns=columns,
        tests=tuple(sorted(tests)),
        sql=node["raw_code"],
        depends_on=tuple(sorted(name.split(".")[-1] for name in node["depends_on"]["nodes"])),
        compat=node["config"]["meta"].get("compat", ""),
        rights=node["config"]["meta"].get("rights"),
        window_days=node["config"]["meta"].get("window_days"),
    )
