"""Dumps of the lake as dbt sees them: the current files of each table, one view per dataset.

Enters: what of each dataset and scope counts. Leaves: the views lake.<dataset> and
personal.<dataset> in warehouse.duckdb, with the types of the registry also where nothing landed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from studium.vocabulary import Dataset, EventDay, Scope

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class DumpPartition(Protocol):
    """The rows of one file that counts for its dataset and `scope`; `reach` is the scope that they are of.

    `personal` is the file of the personal columns of the same rows, None without any. In the `layout` 1 of Parquet
    the provenance named the course of a package, or none for the whole site.
    `fingerprint` changes whenever the rows do. `studium.lake.DumpPartition` is one.
    """

    @property
    def dataset(self) -> str: ...
    @property
    def scope(self) -> Scope: ...
    @property
    def reach(self) -> Scope: ...
    @property
    def path(self) -> Path: ...
    @property
    def personal(self) -> Path | None: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def layout(self) -> int: ...


# Parquet that was written before there were scopes, and what stands there for them.
_WITH_COURSE = 1
_BEFORE_SCOPES = {
    "scope": "case when package_course_id is null then 'site' else 'course' end",
    "scope_id": "package_course_id",
}


@dataclass(frozen=True)
class Contents:
    """What the lake holds: events by date, and the current dumps by dataset and scope."""

    partitions: Sequence[EventDay]
    dumps: Sequence[DumpPartition] = ()


def register_dumps(connection: "DuckDBPyConnection", dumps: Sequence[DumpPartition]) -> None:
    """Create or replace the views over exactly the files of `dumps`; typed and empty without any."""
    from studium.lake import DATASETS

    connection.execute("create schema if not exists lake")
    connection.execute("create schema if not exists personal")
    for name, dataset in DATASETS.items():
        current = [dump for dump in dumps if dump.dataset == name]
        files = [(dump.path, dump.layout) for dump in current]
        view = dump_view(f"lake.{name}", files, dataset.lake_columns)
        connection.execute(view + _newest_of_key(dataset))
        if dataset.personal_columns:
            files = [(dump.personal, dump.layout) for dump in current if dump.personal]
            view = dump_view(f"personal.{name}", files, dataset.personal_columns)
            connection.execute(view + _newest_of_key(dataset))


def dump_view(name: str, files: Sequence[tuple[Path, int]], columns: Mapping[str, str]) -> str:
    """The statement that makes a view over files, each with its layout; nothing is read from names of folders."""
    if not files:
        typed = ", ".join(f'cast(null as {kind}) as "{column}"' for column, kind in columns.items())
        return f"create or replace view {name} as select {typed} where false"
    selects: list[str] = []
    for layout in sorted({layout for _, layout in files}):
        paths = ", ".join(
            "'" + str(path).replace("'", "''") + "'" for path, of in files if of == layout
        )
        before = _BEFORE_SCOPES if layout == _WITH_COURSE else {}
        typed = ", ".join(
            f'cast({before.get(column, _quoted(column))} as {kind}) as "{column}"'
            for column, kind in columns.items()
        )
        selects.append(
            f"select {typed} from read_parquet([{paths}], union_by_name = true, hive_partitioning = false)"
        )
    return f"create or replace view {name} as select * from ({' union all '.join(selects)})"


def _newest_of_key(dataset: Dataset) -> str:
    """Of a dataset that is merged the last row of a key counts, whichever file brought it."""
    if dataset.keeps != "merge":
        return ""
    key = ", ".join(_quoted(column) for column in dataset.key)
    return (
        f" qualify row_number() over (partition by {key}"
        " order by dump_date desc, source_file desc, source_line desc) = 1"
    )


def _quoted(column: str) -> str:
    return f'"{column}"'
