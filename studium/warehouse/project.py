"""The dbt project of this folder, run in this process; its manifest is kept between runs.

Enters: a workspace and the variables of a run. Leaves: one `Outcome` per model or test, or a
StudiumError that names it. dbt writes only below the workspace's scratch folder, and sends nothing.
"""

import gc
import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from studium.config import Workspace
from studium.progress import Progress
from studium.vocabulary import area_folders
from studium.warehouse.database import duckdb_settings
from studium.warehouse.kept import find_kept, keep_for_all
from studium.warehouse.refusals import explain

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

FOLDER = Path(__file__).parent
_PARTS = ("macros", "models", "tests")
_ENDED = {"success", "pass", "warn", "fail"}  # else it was not run to its end
_LEFT_OUT = "left-out"
_WITHOUT_TAGGED = ("--exclude", f"tag:{_LEFT_OUT}", "--indirect-selection", "empty")
_ENGINES = ("dbt-core", "dbt-duckdb", "duckdb")
_LOADING = Lock()


@dataclass(frozen=True)
class Outcome:
    """How a model or test ended: dbt's `status`, `failures` of a test, `relation` with them."""

    name: str
    status: str
    seconds: float
    message: str = ""
    failures: int = 0
    relation: str = ""
    unique_id: str = ""


def load_engine(workspace: Workspace) -> None:
    """Import dbt and read its manifest: seconds that can pass while something else is waited for.

    What cannot be read is left to the build, which says so.
    """
    _import_dbt()
    with suppress(OSError, ValueError, LookupError, TypeError):
        project = Project(workspace)
        for kept, load in (
            (project.kept_manifest, _load_manifest),
            (project.kept_plain_manifest, _load_plain_manifest),
        ):
            if kept.is_file():  # else the build parses the project, under its lock
                load(kept)


class Project:
    """dbt for one workspace; close nothing, every run releases warehouse.duckdb."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._folder = (workspace.scratch / "dbt").absolute()
        self._folder.mkdir(parents=True, exist_ok=True)

    @cached_property
    def models_hash(self) -> str:
        """Of everything that says what the tables are: models, macros, tests and their settings."""
        digest = hashlib.sha256()
        files = [FOLDER / "dbt_project.yml"]
        files += sorted(path for part in _PARTS for path in (FOLDER / part).rglob("*.*"))
        beside = [path for root in area_folders() for path in (root / "models").rglob("*.*")]
        for path in files:
            digest.update(
                str(path.relative_to(FOLDER)).encode() + b"\0" + path.read_bytes() + b"\0"
            )
        for path in sorted(beside):
            digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()

    @cached_property
    def manifest(self) -> "Manifest":
        """The parsed project; parsed again only when a file or an engine changed."""
        if not self.kept_manifest.is_file():
            self._parse()
        return _load_manifest(self.kept_manifest)

    @property
    def kept_manifest(self) -> Path:
        """Where the parsed project of these models and engines is, or would be."""
        return self._kept("manifest.msgpack")

    @property
    def kept_plain_manifest(self) -> Path:
        """Where the same stands as plain data."""
        return self._kept("manifest.json")

    def read_manifest(self) -> dict[str, Any]:
        """The same as plain data, without loading dbt when it was parsed before."""
        if not self.kept_plain_manifest.is_file():
            self._parse()
        return _load_plain_manifest(self.kept_plain_manifest)

    def count(self, kind: str) -> int:
        """Nodes of a kind: "model", "test" or "unit_test"."""
        nodes = self.manifest.unit_tests if kind == "unit_test" else self.manifest.nodes
        return sum(1 for node in nodes.values() if node.resource_type == kind)

    def tests_by_models(self) -> dict[str, set[str]]:
        """Unique id of each data test -> the names of all models that it reads."""
        nodes = self.manifest.nodes
        return {
            node.unique_id: {nodes[key].name for key in node.depends_on.nodes if key in nodes}
            for node in nodes.values()
            if node.resource_type == "test"
        }

    def tested_models(self) -> dict[str, str]:
        """Unique id of each data test -> the model that it is about: the last one it reads."""
        nodes = self.manifest.nodes
        return {
            node.unique_id: nodes[node.depends_on.nodes[-1]].name
            for node in nodes.values()
            if node.resource_type == "test"
        }

    def run(
        self,
        command: Sequence[str],
        variables: Mapping[str, object],
        progress: Progress,
        without: Collection[str] = (),
    ) -> list[Outcome]:
        """Run `command`, such as ["run"], for all nodes but those named in `without`.

        Raises StudiumError when dbt itself or a model failed.
        """
        options = ["--no-write-json", "--vars", json.dumps(variables)]
        with self._released(), _tagged(self.manifest, without):
            result = self._invoke([*command, *_WITHOUT_TAGGED, *options], self.manifest, progress)
        if result.exception is not None:
            raise explain(str(result.exception), "dbt", self._workspace)
        outcomes = [_outcome(found) for found in getattr(result.result, "results", [])]
        for outcome in outcomes:
            if outcome.status not in _ENDED:
                raise explain(outcome.message, outcome.name, self._workspace)
        return outcomes

    def _parse(self) -> None:
        with self._released():
            result = self._invoke(["parse", "--no-partial-parse"], None, None)
        if result.exception is not None or not result.success:
            raise explain(str(result.exception), "dbt parse", self._workspace)
        for outdated in self._folder.glob("*-manifest.*"):
            outdated.unlink()
        for name, parsed in (("json", "manifest.json"), ("msgpack", "partial_parse.msgpack")):
            kept = self._folder / f"{self._state}-manifest.{name}"
            os.replace(self._folder / "target" / parsed, kept)
            keep_for_all(kept)

    def _kept(self, name: str) -> Path:
        """A part of the parsed project: one for all workspaces, else this workspace's own."""
        file = f"{self._state}-{name}"
        return find_kept(file) or self._folder / file

    @cached_property
    def _state(self) -> str:
        """Of all that the parsed project follows from; where it stands is written in it."""
        engines = " ".join(version(package) for package in _ENGINES)
        state = f"{self.models_hash} {engines} {FOLDER}"
        return hashlib.sha256(state.encode()).hexdigest()[:16]

    def _invoke(
        self, command: Sequence[str], manifest: "Manifest | None", progress: Progress | None
    ) -> "dbtRunnerResult":
        _import_dbt()
        from dbt.cli.main import dbtRunner
        from dbt_common.events.event_manager_client import cleanup_event_logger

        cleanup_event_logger()  # what fails before dbt has read its flags, it prints with its stack
        self._write_profile()
        shutil.rmtree(self._folder / "target", ignore_errors=True)  # cheaper than writing over it
        callbacks = [_reporter(progress)] if progress else []
        runner = dbtRunner(manifest=manifest, callbacks=callbacks)
        places = [
            *(
                "--project-dir",
                str(project_folder(self._folder)),
                "--profiles-dir",
                str(self._folder),
            ),
            *("--target-path", str(self._folder / "target")),
        ]
        result = runner.invoke([*self._flags(), *command, *places])
        if isinstance(result.exception, KeyboardInterrupt):
            raise result.exception
        return result

    def _flags(self) -> list[str]:
        return [
            *("--quiet", "--no-print", "--no-use-colors", "--no-version-check"),
            *("--no-send-anonymous-usage-stats", "--log-level", "none"),
            *("--log-level-file", "none", "--log-path", str(self._folder / "logs")),
        ]

    def _write_profile(self) -> None:
        target = {
            "type": "duckdb",
            "path": str(self._workspace.warehouse.absolute()),
            "schema": "main",
            "threads": 1,
            "config_options": duckdb_settings(self._workspace),
            "settings": {"enable_progress_bar": False},  # DuckDB draws it on stdout
        }
        profile = {"studium": {"target": "duckdb", "outputs": {"duckdb": target}}}
        (self._folder / "profiles.yml").write_text(json.dumps(profile), encoding="utf-8")

    @contextmanager
    def _released(self) -> Iterator[None]:
        """dbt keeps its database open until the process ends; here it is closed after each run."""
        try:
            yield
        finally:
            from dbt.adapters.duckdb.connections import DuckDBConnectionManager
            from dbt.adapters.factory import reset_adapters

            environment = DuckDBConnectionManager._ENV
            if environment is not None:
                environment.close()
            DuckDBConnectionManager.close_all_connections()
            reset_adapters()


def project_folder(scratch: Path) -> Path:
    """Where dbt finds the project: this folder; with areas beside the house, a copy that holds their models, too.

    A copy, since dbt writes what it runs under the path of a model, over the model itself where that is absolute.
    """
    beside = [root / "models" for root in area_folders()]
    if not beside:
        return FOLDER
    folder = scratch / "project"
    shutil.rmtree(folder, ignore_errors=True)
    for part in _PARTS:
        shutil.copytree(FOLDER / part, folder / part)
    for models in beside:
        shutil.copytree(models, folder / "models", dirs_exist_ok=True)
    shutil.copy(FOLDER / "dbt_project.yml", folder)
    return folder


@cache
def _import_dbt() -> None:
    """All modules that a run of dbt needs, and what it checks its settings against: half a second, made once."""
    with _kept_for_good():
        import dbt.adapters.duckdb.impl
        import dbt.cli.main
        import dbt.task.test  # noqa: F401
        from dbt.adapters.duckdb.credentials import DuckDBCredentials
        from dbt.contracts.project import Configuration, PackageConfig, ProjectFlags
        from dbt.contracts.project import Project as DbtProject

        for settings in (ProjectFlags, DbtProject, PackageConfig, Configuration, DuckDBCredentials):
            settings.json_schema()


@contextmanager
def _kept_for_good() -> Iterator[None]:
    """What is made here stays until the process ends: looking for garbage among it costs a third of its time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _load_manifest(path: Path) -> "Manifest":
    with _LOADING:  # who comes second waits for the first
        return _manifest_of(path)


def _load_plain_manifest(path: Path) -> dict[str, Any]:
    with _LOADING:
        return _plain_manifest_of(path)


@cache
def _manifest_of(path: Path) -> "Manifest":
    """Once in a process: a quarter of a second."""
    _import_dbt()
    from dbt.contracts.graph.manifest import Manifest

    with _kept_for_good():
        return Manifest.from_msgpack(path.read_bytes())


@cache
def _plain_manifest_of(path: Path) -> dict[str, Any]:
    """Also once; nobody changes it."""
    with _kept_for_good():
        content: dict[str, Any] = json.loads(path.read_bytes())
    return content


@contextmanager
def _tagged(manifest: "Manifest", names: Collection[str]) -> Iterator[None]:
    """Nodes that a run leaves out, by a tag: dbt looks for each name among all nodes."""
    nodes = [node for node in manifest.nodes.values() if node.name in names]
    for node in nodes:
        node.tags.append(_LEFT_OUT)
    try:
        yield
    finally:
        for node in nodes:
            node.tags.remove(_LEFT_OUT)


def _reporter(progress: Progress) -> Any:
    def report(event: Any) -> None:
        if event.info.name == "NodeFinished":
            progress.advance(1)

    return report


def _outcome(found: Any) -> Outcome:
    node = found.node
    return Outcome(
        name=node.name,
        status=str(found.status),
        seconds=float(found.execution_time),
        message=str(found.message or ""),
        failures=int(found.failures or 0),
        relation=str(getattr(node, "relation_name", "") or ""),
        unique_id=node.unique_id,
    )
