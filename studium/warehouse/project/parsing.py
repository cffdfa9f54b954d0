"""dbt itself, which reads the project once: what follows from its files alone is then kept as plain data.

Enters: the files of this folder, and what dbt kept when it read them last: it then reads those again that are others.
Leaves: the manifest with what builds, promises and catalogue need of it, and a profile with which people run dbt.
"""

import gc
import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studium.config import Workspace
from studium.warehouse.database import duckdb_settings
from studium.warehouse.project.kept import keep_state, take_state
from studium.warehouse.refusals import explain

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

_OF_NODES = (
    *("unique_id", "name", "resource_type", "schema", "fqn", "relation_name", "raw_code"),
    *("columns", "config", "depends_on", "description", "attached_node", "test_metadata"),
)
_OF_COLUMNS = ("description", "data_type", "config")
_OF_SOURCES = ("name", "source_name", "relation_name")
_OF_MACROS = ("unique_id", "name", "package_name", "macro_sql", "depends_on")
_STATE = "partial_parse.msgpack"  # as dbt calls it


def parse(project: Path, workspace: Workspace) -> dict[str, Any]:
    """The parsed project; raises StudiumError with what dbt says against it."""
    import msgspec

    scratch = scratch_folder(workspace) / "parsing"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    _write_profile(scratch, {"type": "duckdb", "path": workspace.warehouse.name, "threads": 1})
    state = f"{_state(project)}-parsed.msgpack"
    is_known = take_state(state, scratch / "target" / _STATE)
    result = _invoke(["parse", "--no-write-json"], project, scratch)
    if is_known and not result.success:  # who is at fault, a file or what was kept of it?
        result = _invoke(["parse", "--no-write-json", "--no-partial-parse"], project, scratch)
    if result.exception is not None or not result.success:
        raise explain(str(result.exception), "dbt parse", workspace)
    keep_state(scratch / "target" / _STATE, state)
    shutil.rmtree(scratch)
    settings = msgspec.yaml.decode((project / "dbt_project.yml").read_bytes())
    return _as_data(result.result, project) | {"vars": settings["vars"]}


def _as_data(parsed: Any, project: Path) -> dict[str, Any]:
    """What dbt holds in objects."""
    nodes = {key: _node(node.to_dict(), project) for key, node in parsed.nodes.items()}
    sources = {key: _picked(it.to_dict(), _OF_SOURCES) for key, it in parsed.sources.items()}
    macros = {key: _picked(macro.to_dict(), _OF_MACROS) for key, macro in parsed.macros.items()}
    return {"nodes": nodes, "sources": sources, "macros": macros}


def _state(project: Path) -> str:
    """Of what dbt's kept reading must share with this one: all but models, whose files it compares itself."""
    read_by = (version(name) for name in ("dbt-core", "dbt-duckdb", "studium"))
    digest = hashlib.sha256(" ".join(read_by).encode())
    files = [path for part in ("macros", "tests") for path in (project / part).rglob("*.*")]
    for path in [project / "dbt_project.yml", *sorted(files)]:
        digest.update(str(path.relative_to(project)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


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
        "threads": 1,
        "config_options": duckdb_settings(workspace),
        "settings": {"enable_progress_bar": False},  # DuckDB draws it on stdout
    }
    _write_profile(scratch_folder(workspace), target)


def _write_profile(folder: Path, target: Mapping[str, object]) -> None:
    profile = {"studium": {"target": "duckdb", "outputs": {"duckdb": {"schema": "main", **target}}}}
    (folder / "profiles.yml").write_text(json.dumps(profile), encoding="utf-8")


def _invoke(command: Sequence[str], project: Path, scratch: Path) -> "dbtRunnerResult":
    """Without a search for garbage in what dbt loads, a sixth of it, nearly all of which stays."""
    is_searched = gc.isenabled()
    gc.disable()
    try:
        return _run_dbt(command, project, scratch)
    finally:
        if is_searched:
            gc.enable()


def _run_dbt(command: Sequence[str], project: Path, scratch: Path) -> "dbtRunnerResult":
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


def _node(node: Mapping[str, Any], project: Path) -> dict[str, Any]:
    """A model with the text of its file: dbt takes one whose white space alone changed for the one that it kept."""
    columns = {name: _picked(column, _OF_COLUMNS) for name, column in node["columns"].items()}
    found = _picked(node, _OF_NODES) | {"columns": columns}
    if node["resource_type"] == "model":
        text = (project / node["original_file_path"]).read_text(encoding="utf-8")
        found["raw_code"] = text.strip()
    return found


def _picked(given: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}
