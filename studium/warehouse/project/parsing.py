"""dbt itself, which reads the project once: what follows from its files alone is then kept as plain data.

Enters: the files of this folder. Leaves: the manifest with what builds, promises and catalogue need of it, and a
profile with which people run dbt by hand.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studium.config import Workspace
from studium.warehouse.database import duckdb_settings
from studium.warehouse.refusals import explain

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

_OF_NODES = (
    *("unique_id", "name", "resource_type", "schema", "fqn", "relation_name", "raw_code"),
    *("columns", "config", "depends_on", "description", "attached_node", "test_metadata"),
)
_OF_COLUMNS = ("description", "data_type", "config")
_OF_MACROS = ("unique_id", "name", "package_name", "macro_sql", "depends_on")


def parse(project: Path, workspace: Workspace) -> dict[str, Any]:
    """The parsed project; raises StudiumError with what dbt says against it."""
    import msgspec

    scratch = scratch_folder(workspace)
    write_profile(workspace)
    result = _invoke(["parse", "--no-partial-parse"], project, scratch)
    if result.exception is not None or not result.success:
        raise explain(str(result.exception), "dbt parse", workspace)
    parsed = json.loads((scratch / "target" / "manifest.json").read_bytes())
    shutil.rmtree(scratch / "target", ignore_errors=True)
    settings = msgspec.yaml.decode((project / "dbt_project.yml").read_bytes())
    return {
        "nodes": {key: _node(node) for key, node in parsed["nodes"].items()},
        "sources": {
            key: _picked(source, ("name", "source_name", "relation_name"))
            for key, source in parsed["sources"].items()
        },
        "macros": {key: _picked(macro, _OF_MACROS) for key, macro in parsed["macros"].items()},
        "vars": settings["vars"],
    }


def scratch_folder(workspace: Workspace) -> Path:
    """Where dbt may write."""
    folder = (workspace.scratch / "dbt").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_profile(workspace: Workspace) -> None:
    """Beside the scratch files: with it `dbt` finds this workspace's warehouse, within its limits."""
    target = {
        "type": "duckdb",
        "path": str(workspace.warehouse.absolute()),
        "schema": "main",
        "threads": 1,
        "config_options": duckdb_settings(workspace),
        "settings": {"enable_progress_bar": False},  # DuckDB draws it on stdout
    }
    profile = {"studium": {"target": "duckdb", "outputs": {"duckdb": target}}}
    file = scratch_folder(workspace) / "profiles.yml"
    file.write_text(json.dumps(profile), encoding="utf-8")


def _invoke(command: Sequence[str], project: Path, scratch: Path) -> "dbtRunnerResult":
    from dbt.adapters.factory import reset_adapters
    from dbt.cli.main import dbtRunner
    from dbt_common.events.event_manager_client import cleanup_event_logger

    cleanup_event_logger()  # what fails before dbt has read its flags, it prints with its stack
    flags = [
        *("--quiet", "--no-print", "--no-use-colors", "--no-version-check"),
        *("--no-send-anonymous-usage-stats", "--log-level", "none"),
        *("--log-level-file", "none", "--log-path", str(scratch / "logs")),
    ]
    places = [
        *("--project-dir", str(project), "--profiles-dir", str(scratch)),
        *("--target-path", str(scratch / "target")),
    ]
    result = dbtRunner().invoke([*flags, *command, *places])
    reset_adapters()
    if isinstance(result.exception, KeyboardInterrupt):
        raise result.exception
    return result


def _node(node: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: _picked(column, _OF_COLUMNS) for name, column in node["columns"].items()}
    return _picked(node, _OF_NODES) | {"columns": columns}


def _picked(given: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}
