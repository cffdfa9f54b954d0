"""What the lake means: a dbt project of models, and the calls that build, check and describe them.

Enters: event partitions of the lake. Leaves: marts in warehouse.duckdb, for publish to copy.
Importing this stays cheap: dbt and DuckDB are loaded by the functions that need them.
"""

from studium.warehouse.build import (
    BuildReport,
    build,
    built_interval,
    unbuilt_dates,
    unbuilt_scopes,
)
from studium.warehouse.catalogue import area_reads, catalogue, unfinished_models
from studium.warehouse.checks import FailingRows, check, failing_rows
from studium.warehouse.database import inspect_warehouse, open_warehouse, set_aside
from studium.warehouse.execution import ModelFailure, ModelRun
from studium.warehouse.inputs.dumps import Contents, DumpPartition
from studium.warehouse.interval import Interval
from studium.warehouse.project import load_engine
from studium.warehouse.records import LastBuild, read_last_build
from studium.warehouse.refusals import DamagedWarehouseError, is_damage

__all__ = [
    "BuildReport",
    "Contents",
    "DamagedWarehouseError",
    "DumpPartition",
    "FailingRows",
    "Interval",
    "LastBuild",
    "ModelFailure",
    "ModelRun",
    "area_reads",
    "build",
    "built_interval",
    "catalogue",
    "check",
    "failing_rows",
    "inspect_warehouse",
    "is_damage",
    "load_engine",
    "open_warehouse",
    "read_last_build",
    "set_aside",
    "unbuilt_dates",
    "unbuilt_scopes",
    "unfinished_models",
]
