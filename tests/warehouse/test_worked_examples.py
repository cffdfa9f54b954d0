"""The worked examples of the specs: dbt unit tests, written in the .yml beside each model, all of them here."""

from pathlib import Path

from studium.progress import Silent
from studium.warehouse import Contents, Interval, build
from tests.warehouse.dbt_runs import duckdb_target, run_dbt
from tests.warehouse.warehouses import new_workspace


def test_worked_examples_give_the_values_of_the_specs(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    build(workspace, Interval(), Silent(), contents=Contents([]))

    command = ["test", "--select", "test_type:unit"]
    examples = run_dbt(command, duckdb_target(workspace.warehouse), tmp_path / "dbt")

    assert len(examples.results) >= 20
