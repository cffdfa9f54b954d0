"""The same models on a real, local Spark over the same lake: every mart equals DuckDB's, row for row."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studium.config import Workspace
from studium.lake import LOCATION_COLUMNS, event_partitions
from studium.warehouse import Interval
from studium.warehouse.build import build_variables
from studium.warehouse.inputs.partitions import DUPLICATE_COLUMNS, EVENT_COLUMNS
from tests.warehouse.dbt_runs import SPARK, run_dbt
from tests.warehouse.warehouses import MARTS, Row, build_all, land_paths, new_workspace, rows_of

WORLD = Path(__file__).parents[1] / "world" / "tracking"

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module", autouse=True)
def java() -> None:
    """Without Java the promise about Spark is unproven: a failure, not a skip."""
    if shutil.which("java") is None:
        pytest.fail("Spark needs a Java runtime: bash .ci/system-packages java")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = new_workspace(tmp_path_factory.mktemp("world"))
    land_paths(workspace, WORLD)
    return workspace


@pytest.fixture(scope="module")
def spark(world: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session that sees the lake's own files as lake.events and lake.duplicates."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    derby = f"-Dderby.system.home={folder} -Duser.timezone=UTC"
    builder = SparkSession.builder.master("local[2]").enableHiveSupport()
    for name, value in {
        "spark.sql.warehouse.dir": str(folder / "tables"),
        "spark.driver.extraJavaOptions": derby,
        "spark.hadoop.javax.jdo.option.ConnectionURL": (
            f"jdbc:derby:;databaseName={folder / 'metastore'};create=true"
        ),
        "spark.local.dir": str(folder / "local"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.log.level": "ERROR",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    _show_lake(session, world)
    yield session
    session.stop()


@pytest.mark.parametrize("compat", [False, True], ids=["fixed", "compat"])
@pytest.mark.timeout(600)
def test_spark_gives_the_same_tables(
    compat: bool, world: Workspace, spark: Any, tmp_path: Path
) -> None:
    interval = build_all(world, Interval(compat=compat)).interval

    run_dbt(["run"], SPARK, tmp_path, build_variables(interval, None))

    for mart in MARTS:
        found = [tuple(row) for row in spark.table(f"marts.{mart}").collect()]
        assert sorted(map(_comparable, found)) == sorted(map(_comparable, rows_of(world, mart)))


def _show_lake(session: Any, workspace: Workspace) -> None:
    """External tables over the folders of the lake: nothing is copied or converted."""
    partitions = event_partitions(workspace)
    in_ledger = {path for part in partitions for path in part.paths}
    assert in_ledger == set((workspace.lake / "events").rglob("*.parquet"))
    session.sql("create schema lake")
    for name, columns in (("events", EVENT_COLUMNS), ("duplicates", DUPLICATE_COLUMNS)):
        typed = ", ".join(f"{column} {_spark_type(kind)}" for column, kind in columns.items())
        session.sql(
            f"create table lake.{name} ({typed}, event_date date) using parquet "
            f"partitioned by (event_date) location '{workspace.lake / name}'"
        )
        session.sql(f"msck repair table lake.{name}")
    typed = ", ".join(f"{name} {_spark_type(kind)}" for name, kind in LOCATION_COLUMNS.items())
    session.sql(
        f"create table lake.ip_locations ({typed}) using parquet "
        f"location '{workspace.lake / 'personal' / 'ip_locations'}'"
    )


def _spark_type(kind: str) -> str:
    return {"varchar": "string", "timestamp": "timestamp_ntz"}.get(kind, kind)


def _comparable(row: Row) -> tuple[str, ...]:
    """Text of a row; floating point numbers to 12 digits, NULL apart from all text."""
    return tuple(f"{value:.12g}" if isinstance(value, float) else ascii(value) for value in row)
