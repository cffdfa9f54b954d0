"""The same models on a real, local Spark over the same lake: every mart equals DuckDB's, row for row."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from studium.config import Workspace
from studium.lake import DATASETS, EVENTS, LOCATION_COLUMNS, event_partitions
from studium.progress import Silent
from studium.warehouse import Contents, Interval, build
from studium.warehouse.build import build_variables
from studium.warehouse.inputs.partitions import DUPLICATE_COLUMNS
from tests.warehouse.dbt_runs import SPARK, run_dbt
from tests.warehouse.package.deliveries import Dump, write_package
from tests.warehouse.warehouses import Row, land_paths, new_workspace, rows_of

WORLD = Path(__file__).parents[1] / "world"

# A process of a few minutes is over before the better compiler of Java pays; one collector needs no threads.
JAVA = "-Duser.timezone=UTC -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
# For tables of a few rows: without compiling each query, and each in one piece.
FOR_FEW_ROWS = {
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
}

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module", autouse=True)
def java() -> None:
    """Without Java the promise about Spark is unproven: a failure, not a skip."""
    if shutil.which("java") is None:
        pytest.fail("Spark needs a Java runtime: bash .ci/system-packages java")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = new_workspace(tmp_path_factory.mktemp("world"))
    land_paths(workspace, WORLD / "tracking", WORLD / "package" / "tracking.log")
    return workspace


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> list[Dump]:
    """The data packages of the test world."""
    return write_package(WORLD / "package", tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def spark(
    world: Workspace, dumps: list[Dump], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """A session that sees the lake's own files as lake.events and lake.duplicates."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    builder = SparkSession.builder.master("local[2]")
    for name, value in {
        "spark.sql.warehouse.dir": str(folder / "tables"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.driver.extraJavaOptions": JAVA,
        "spark.local.dir": str(folder / "local"),
        "spark.sql.session.timeZone": "UTC",
        **FOR_FEW_ROWS,
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.log.level": "ERROR",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    build(world, Interval(), Silent(), contents=Contents(event_partitions(world), dumps))
    _show_lake(session, world)
    _show_packages(session, dumps)
    yield session
    session.stop()


@pytest.mark.timeout(1200)
def test_spark_gives_the_same_tables(
    world: Workspace, dumps: list[Dump], spark: Any, tmp_path: Path
) -> None:
    """First all models as they are; then as published the models that say something else there, and what follows."""
    contents = Contents(event_partitions(world), dumps)
    fixed = build(world, Interval(), Silent(), contents=contents).interval
    run_dbt(["run"], SPARK, tmp_path / "fixed", build_variables(fixed, None))
    assert _different(world, spark) == []

    compat = build(world, Interval(compat=True), Silent(), contents=contents).interval
    variables = build_variables(compat, None)
    compiled = [
        _compiled(tmp_path / name, build_variables(interval, None))
        for name, interval in (("before", fixed), ("after", compat))
    ]
    other = sorted(name for name, text in compiled[0].items() if text != compiled[1][name])
    run_dbt(["run", "--select", *(f"{name}+" for name in other)], SPARK, tmp_path, variables)
    assert len(other) > 10
    assert _different(world, spark) == []


def _compiled(folder: Path, variables: Mapping[str, object]) -> dict[str, str]:
    """The SQL of every model for Spark, with the macros that it uses."""
    run_dbt(["compile", "--no-introspect", "--no-populate-cache"], SPARK, folder, variables)
    models = (folder / "target" / "compiled" / "studium" / "models").rglob("*.sql")
    return {file.stem: file.read_text(encoding="utf-8") for file in models}


def _different(workspace: Workspace, spark: Any) -> list[str]:
    """Marts whose rows are not DuckDB's."""
    different = []
    for mart in _marts(workspace):
        found = [tuple(row) for row in spark.table(f"marts.{mart}").collect()]
        if sorted(map(_comparable, found)) != sorted(map(_comparable, rows_of(workspace, mart))):
            different.append(mart)
    return different


def _marts(workspace: Workspace) -> list[str]:
    """What dbt makes for a release, tables and views."""
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts' order by all"
        ).fetchall()
        return [name for (name,) in found]


def _show_packages(session: Any, dumps: list[Dump]) -> None:
    """Tables of the types of the registry, with the rows of the packages."""
    session.sql("create schema personal")
    for name, dataset in DATASETS.items():
        mine = [dump for dump in dumps if dump.dataset == name]
        _make_table(session, f"lake.{name}", dataset.lake_columns, [dump.path for dump in mine])
        if dataset.personal_columns:
            paths = [dump.personal for dump in mine if dump.personal]
            _make_table(session, f"personal.{name}", dataset.personal_columns, paths)


def _make_table(session: Any, name: str, columns: Mapping[str, str], paths: Sequence[Path]) -> None:
    typed = ", ".join(f"`{column}` {_spark_type(kind)}" for column, kind in columns.items())
    session.sql(f"create table {name} ({typed}) using parquet")
    for path in paths:
        session.read.schema(typed).parquet(str(path)).write.insertInto(name)


def _show_lake(session: Any, workspace: Workspace) -> None:
    """External tables over the folders of the lake: nothing is copied or converted."""
    partitions = event_partitions(workspace)
    in_ledger = {path for part in partitions for path in part.paths}
    assert in_ledger == set((workspace.lake / "events").rglob("*.parquet"))
    session.sql("create schema lake")
    for name, columns in (("events", EVENTS.lake_columns), ("duplicates", DUPLICATE_COLUMNS)):
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
