"""The dbt project of this folder as plain data, kept between runs: parsing it takes longer than a small build.

Enters: a workspace, whose scratch folder dbt may write to. Leaves: its models and promises; parsed again only
when a file of the project or dbt changed.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from studium.config import Workspace
from studium.vocabulary import area_folders
from studium.warehouse.project.graph import Graph
from studium.warehouse.project.kept import find_kept, keep_for_all, sealed, unsealed
from studium.warehouse.project.parsing import parse, scratch_folder

FOLDER = Path(__file__).parents[1]
_PARTS = ("macros", "models", "tests")
_PARSED_WITH = ("dbt-core", "dbt-duckdb")
_FORM = 3  # of the kept file
_LOADING = Lock()
_Result = TypeVar("_Result")


def load_engine(workspace: Workspace) -> None:
    """Read the kept project: time that can pass while something else is waited for.

    What cannot be read is left to the build, which says so.
    """
    with suppress(OSError, ValueError, LookupError, TypeError):
        project = Project(workspace)
        if project.kept_manifest.is_file():  # else the build parses the project, under its lock
            _graph_of(project.kept_manifest)


class Project:
    """The models and promises that Studium ships."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

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

    @property
    def graph(self) -> Graph:
        """Models and promises, in the order in which they can be built."""
        self._parse_if_new()
        with _LOADING:  # who comes second waits for the first
            return self._whole(_graph_of)

    @property
    def kept_manifest(self) -> Path:
        """Where the parsed project is, or would be: one for all workspaces, else this workspace's own."""
        name = f"{self._state}-manifest.json"
        return find_kept(name) or scratch_folder(self._workspace) / name

    def read_manifest(self) -> dict[str, Any]:
        """The same as dbt names it; nobody changes it."""
        self._parse_if_new()
        with _LOADING:
            return self._whole(_manifest_of)

    def _whole(self, read: Callable[[Path], _Result]) -> _Result:
        """What is read of the kept file; one that is damaged is made again."""
        try:
            return read(self.kept_manifest)
        except ValueError:
            self._parse()
        return read(self.kept_manifest)

    def _parse_if_new(self) -> None:
        if not self.kept_manifest.is_file():
            self._parse()

    def _parse(self) -> None:
        folder = scratch_folder(self._workspace)
        parsed = parse(project_folder(folder), self._workspace)
        for outdated in folder.glob("*-manifest.*"):
            outdated.unlink()
        kept = folder / f"{self._state}-manifest.json"
        unfinished = kept.with_suffix(".unfinished")
        unfinished.write_bytes(sealed(json.dumps(parsed).encode()))
        os.replace(unfinished, kept)
        keep_for_all(kept)

    @cached_property
    def _state(self) -> str:
        """Of all that the parsed project follows from."""
        dbt = " ".join(version(package) for package in _PARSED_WITH)
        return hashlib.sha256(f"{self.models_hash} {dbt} {_FORM}".encode()).hexdigest()[:16]


def project_folder(scratch: Path) -> Path:
    """Where dbt finds the project: this room; with areas beside the house, a copy that holds their models, too.

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
def _manifest_of(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(unsealed(path.read_bytes()))
    return content


@cache
def _graph_of(path: Path) -> Graph:
    return Graph(_manifest_of(path))
