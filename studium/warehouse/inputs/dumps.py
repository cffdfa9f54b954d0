"""Dumps of the lake as dbt sees them: the current files of each table, one view per dataset.

Enters: what of each dataset and course is current. Leaves: the views lake.<dataset> and
personal.<dataset> in warehouse.duckdb, with the types of the registry also where nothing landed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from studium.vocabulary import EventDay

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class DumpPartition(Protocol):
    """The current rows of one dataset and course; a `course_id` of None stands for the whole site.

    `personal` is the file of the personal columns of the same rows, None without any.
    `fingerprint` changes whenever the rows do. `studium.lake.DumpPartition` is one.
    """

    @property
    def dataset(self) -> str: ...
    @property
    def course_id(self) -> str | None: ...
    @property
    def path(self) -> Path: ...
    @property
    def personal(self) -> Path | None: ...
    @property
    def fingerprint(self) -> str: ...


@dataclass(frozen=True)
class Contents:
    """What the lake holds: events by date, and the current dumps by dataset and course."""

    partitions: Sequence[EventDay]
    dumps: Sequence[DumpPartition] = ()


def register_dumps(connection: "DuckDBPyConnection", dumps: Sequence[DumpPartition]) -> None:
    """Create or replace the views over exactly the files of `dumps`; typed and empty without any."""
    from studium.lake import DATASETS

    connection.execute("create schema if not exists lake")
    connection.execute("create schema if not exists personal")
    for name, dataset in DATASETS.items():
        current = [dump for dump in dumps if dump.dataset == name]
        paths = [dump.path for dump in current]
        connection.execute(dump_view(f"lake.{name}", paths, dataset.lake_columns))
        if dataset.personal_columns:
            paths = [dump.personal for dump in current if dump.personal]
            connection.execute(dump_view(f"personal.{name}", paths, dataset.personal_columns))


def empty_sources(dumps: Sequence[DumpPartition]) -> set[str]:
    """The sources of dbt that hold no file, such as "lake.auth_user"."""
    from studium.lake import DATASETS

    filled = {f"lake.{dump.dataset}" for dump in dumps}
    filled |= {f"personal.{dump.dataset}" for dump in dumps if dump.personal}
    return {f"{place}.{name}" for place in ("lake", "personal") for name in DATASETS} - filled


def dump_view(name: str, paths: Sequence[Path], columns: Mapping[str, str]) -> str:
    """The statement that makes a view over files; nothing is read from the names of their folders."""
    if not paths:
        typed = ", ".join(f'cast(null as {kind}) as "{column}"' for column, kind in columns.items())
        return f"create or replace view {name} as select {typed} where false"
    files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    typed = ", ".join(
        f'cast("{column}" as {kind}) as "{column}"' for column, kind in columns.items()
    )
    return (
        f"create or replace view {name} as select {typed} from read_parquet([{files}], "
        "union_by_name = true, hive_partitioning = false)"
    )
