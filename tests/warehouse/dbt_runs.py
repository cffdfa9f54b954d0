"""dbt on the product's project with any profile: for Spark, for compiling, for unit tests.

Enters: a command, a target, variables. Leaves: dbt's own result; everything it writes is below one folder.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from studium.warehouse.project import FOLDER

SPARK: Mapping[str, object] = {
    "type": "spark",
    "method": "session",
    "host": "NA",
    "schema": "main",
    "threads": 1,
}


def duckdb_target(database: Path) -> Mapping[str, object]:
    """A profile's target that writes `database`."""
    return {"type": "duckdb", "path": str(database), "schema": "main", "threads": 1}


def run_dbt(
    command: Sequence[str],
    target: Mapping[str, object],
    folder: Path,
    variables: Mapping[str, object] = {},
) -> Any:
    """dbt's result; fails with its messages when it is no success."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters
    from dbt.cli.main import dbtRunner

    folder.mkdir(exist_ok=True)
    profile = {"studium": {"target": "here", "outputs": {"here": dict(target)}}}
    (folder / "profiles.yml").write_text(json.dumps(profile), encoding="utf-8")
    result = dbtRunner().invoke(
        [
            *("--quiet", "--no-send-anonymous-usage-stats", "--no-version-check"),
            *("--log-level", "none", "--log-level-file", "none"),
            *("--log-path", str(folder / "logs"), *command),
            *("--project-dir", str(FOLDER), "--profiles-dir", str(folder)),
            *("--target-path", str(folder / "target"), "--vars", json.dumps(variables)),
        ]
    )
    reset_adapters()
    DuckDBConnectionManager.close_all_connections()
    assert result.exception is None, result.exception
    assert result.success, [found.message for found in result.result.results if found.message]
    return result.result
