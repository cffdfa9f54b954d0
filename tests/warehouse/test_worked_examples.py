"""The worked examples of the specs: dbt unit tests, written in the .yml beside each model, all of them here.

STUDIUM_WORKED_EXAMPLES="model model" asks those of some models alone, as the mutants of tests/mutants do.
"""

import json
import os
import re
from pathlib import Path

import pytest

from studium.progress import Silent
from studium.warehouse import Contents, Interval, build
from tests.warehouse.dbt_runs import duckdb_target, run_dbt
from tests.warehouse.warehouses import new_workspace

# 5.15, that batch equals increment, is the property of test_increment and test_package_increment.
PERSON_COURSE = {f"5.{number}" for number in range(1, 15)}

pytestmark = pytest.mark.timeout(900)


def test_worked_examples_give_the_values_of_the_specs(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    build(workspace, Interval(), Silent(), contents=Contents([]))

    models = os.environ.get("STUDIUM_WORKED_EXAMPLES", "").split()
    chosen = [f"{model},test_type:unit" for model in models] or ["test_type:unit"]
    command = ["test", "--select", *chosen]
    run_dbt(command, duckdb_target(workspace.warehouse), tmp_path / "dbt")

    manifest = json.loads((tmp_path / "dbt" / "target" / "manifest.json").read_bytes())
    found: dict[bool, set[str]] = {False: set(), True: set()}
    for example in manifest["unit_tests"].values():
        text, overrides = example["description"], example["overrides"] or {}
        if "person-course" in text:
            is_compat = bool(overrides.get("vars", {}).get("compat"))
            found[is_compat].update(re.findall(r"\b5\.\d+", text))
    assert found == {False: PERSON_COURSE, True: PERSON_COURSE}
