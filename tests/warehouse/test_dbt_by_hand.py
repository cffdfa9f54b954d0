"""dbt itself goes on working on the project that Studium builds from: `dbt build`, `dbt docs generate`, `dbt test`.

Enters: a workspace that was built from the test world. Leaves: the same tables, made and tested by dbt.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from studium.config import Settings, Workspace
from studium.lake import event_partitions
from studium.warehouse import Interval
from studium.warehouse.build import build_variables
from studium.warehouse.interval import resolve
from studium.warehouse.project import FOLDER, Project, write_profile
from tests.running.kept import copied
from tests.warehouse.warehouses import all_marts, tracking

DBT = Path(sys.executable).with_name("dbt")
SOME = "+event_types_daily"


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("chosen", "promises"),
    [pytest.param(SOME, 2, id="some"), pytest.param("*", 200, id="all", marks=pytest.mark.soak)],
)
def test_dbt_builds_describes_and_tests_what_studium_built(
    tmp_path: Path, chosen: str, promises: int
) -> None:
    workspace = Workspace(copied(tracking, tmp_path / "workspace"), Settings())
    before = all_marts(workspace)
    place = Place(workspace, tmp_path / "dbt")
    chosen_data = f"{chosen},resource_type:model {chosen},test_type:data".split()

    built = place.run("build", "--select", *chosen_data)
    assert all_marts(workspace) == before
    made = {name for name in built if name.startswith("model.")}
    asked = {name for name in built if name.startswith("test.")}
    assert len(asked) >= promises
    assert {Project(workspace).graph.models[name].name for name in made} >= {"event_types_daily"}

    place.run("docs", "generate", "--select", chosen)
    catalogue = json.loads((place.target / "catalog.json").read_bytes())
    assert catalogue["nodes"].keys() == made | asked, "the rows that break a promise are a view"
    assert "event_count" in catalogue["nodes"]["model.studium.event_types_daily"]["columns"]

    assert place.run("test", "--select", f"{chosen},test_type:data") == asked


class Place:
    """Where somebody runs dbt on a workspace, as docs/warehouse.md says."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        write_profile(workspace)
        self._profiles = workspace.scratch / "dbt"
        self._folder = folder
        self._variables = build_variables(resolve(Interval(), event_partitions(workspace)))
        self.target = folder / "target"

    def run(self, *command: str) -> set[str]:
        """The names of what was run, all of it with success."""
        places = [
            *("--project-dir", str(FOLDER), "--profiles-dir", str(self._profiles)),
            *("--target-path", str(self.target), "--log-path", str(self._folder / "logs")),
        ]
        ended = subprocess.run(
            [str(DBT), *command, *places, "--vars", json.dumps(self._variables)],
            env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout[-4000:]
        if command[0] == "docs":
            return set()
        results = json.loads((self.target / "run_results.json").read_bytes())["results"]
        assert {it["status"] for it in results} <= {"success", "pass"}
        return {it["unique_id"] for it in results}
