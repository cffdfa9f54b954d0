"""From the warehouse's marts to the database of a release: the same rows, sorted, with comments.

Enters: warehouse.duckdb (read-only), descriptions of its models. Leaves: counted tables with a
checksum of their content, and a database for each area with them in schema `main`.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from studium.errors import FullDiskError, StudiumError, says_full_disk
from studium.publish.manifest import BuildInfo
from studium.vocabulary import PARTS, Table, TableColumn

if TYPE_CHECKING:
    import duckdb

_SCHEMA = "marts"


class Marts:
    """The marts of an open warehouse; use `open_marts`."""

    def __init__(
        self,
        connection: "duckdb.DuckDBPyConnection",
        described: Sequence[Table],
        wanted: Collection[str] = (),
    ) -> None:
        """An empty `wanted` stands for all tables; what the gate counts by and what the server hides by stay.

        A table that nobody describes is none of any area: nothing makes it any more.
        """
        self._connection = connection
        self._described = {table.name: table for table in described}
        columns = self._read_columns()
        always = {PARTS, *(table.name for table in described if table.counts)}
        kept = {*wanted, *always} if wanted else columns.keys()
        self._columns = {
            name: columns[name] for name in columns if name in kept and name in self._described
        }

    @property
    def names(self) -> list[str]:
        """The described tables of schema `marts`, sorted."""
        return list(self._columns)

    def names_of(self, area: str) -> list[str]:
        """Those of one area."""
        return [name for name in self._columns if self._described[name].area == area]

    def count_rows(self, area: str) -> dict[str, int]:
        """Rows of every mart of an area."""
        return {
            name: self._number(f"select count(*) from {_mart(name)}")
            for name in self.names_of(area)
        }

    def count_events(self, area: str) -> int:
        """Events as the tables of an area count them: what the gate compares with the lake."""
        return sum(
            self._number(f"select coalesce(sum({_quoted(column)}), 0)::bigint from {_mart(name)}")
            for name in self.names_of(area)
            if (column := self._described[name].counts)
        )

    def read_build(self) -> BuildInfo:
        """How the marts were built, as the warehouse noted; raises StudiumError when unfinished."""
        found = self._connection.execute(
            "select events_from, as_of, compat, models_hash from warehouse.studium.last_build "
            "where is_complete"
        ).fetchone()
        if found is None:
            raise StudiumError(
                "The last build was not finished", "warehouse.duckdb", "Finish it: studium build"
            )
        return BuildInfo(*found)

    def describe(self, area: str) -> list[Table]:
        """Every mart of an area with rows, checksum and real types; reads all rows once."""
        return [self._describe_table(name) for name in self.names_of(area)]

    def copy_to(self, target: Path, tables: Sequence[Table]) -> None:
        """Write all marts into a new database file, sorted by all columns, with comments."""
        self._connection.execute(f"attach {_text(str(target))} as release")
        for table in tables:
            release_table = f"release.main.{_quoted(table.name)}"
            self._connection.execute("begin")  # each comment alone would wait for the disk
            self._connection.execute(
                f"create table {release_table} as from {_mart(table.name)} order by all"
            )
            self._comment(release_table, table)
            self._connection.execute("commit")
            rows = self._number(f"select count(*) from {release_table}")
            if rows != table.rows:
                raise StudiumError(
                    f"Table {table.name} has {rows:,} rows after copying, {table.rows:,} before",
                    str(target),
                    "Check the disk, then publish again: studium doctor",
                )
        self._connection.execute("detach release")

    def archive(self, table: str, target: Path) -> int:
        """Write one mart, sorted, as a Parquet file; returns its rows."""
        self._connection.execute(
            f"copy (from {_mart(table)} order by all) to {_text(str(target))} (format parquet, compression zstd)"
        )
        return self._number(f"select count(*) from {_mart(table)}")

    def _read_columns(self) -> dict[str, list[tuple[str, str]]]:
        found = self._connection.execute(
            "select table_name, column_name, data_type from duckdb_columns() "
            "where database_name = 'warehouse' and schema_name = ? "
            "order by table_name, column_index",
            [_SCHEMA],
        ).fetchall()
        columns: dict[str, list[tuple[str, str]]] = {}
        for table, column, kind in found:
            columns.setdefault(table, []).append((column, kind))
        return columns

    def _describe_table(self, name: str) -> Table:
        described = self._described[name]
        meanings = {column.name: column for column in described.columns}
        columns = [
            replace(meanings.get(column, TableColumn(column, kind)), type=kind)
            for column, kind in self._columns[name]
        ]
        rows, checksum = self._checksum(name)
        return replace(described, rows=rows, checksum=checksum, columns=columns)

    def _checksum(self, name: str) -> tuple[int, str]:
        """A sum over the rows' hashes: equal for equal rows in any order, duplicates included.

        DuckDB's own hash, ten times as fast as one of their text; the release names DuckDB's version.
        """
        found = self._connection.execute(
            f"select count(*), coalesce(sum(hash(mart)), 0) from {_mart(name)} as mart"
        ).fetchone()
        rows, total = found or (0, 0)
        return rows, f"{int(total) % 2**64:016x}"

    def _comment(self, release_table: str, table: Table) -> None:
        if table.grain:
            self._connection.execute(f"comment on table {release_table} is {_text(table.grain)}")
        for column in table.columns:
            meaning = f"{column.description} [{column.unit}]" if column.unit else column.description
            if meaning:
                self._connection.execute(
                    f"comment on column {release_table}.{_quoted(column.name)} is {_text(meaning)}"
                )

    def _number(self, sql: str) -> int:
        found = self._connection.execute(sql).fetchone()
        return int(found[0]) if found else 0


@contextmanager
def open_marts(
    warehouse: Path,
    described: Sequence[Table],
    scratch: Path,
    memory_limit_mb: int,
    wanted: Collection[str] = (),
) -> Iterator[Marts]:
    """Open the warehouse read-only; raises StudiumError when there is none or nothing in it.

    With `wanted` there are those tables alone, not what they were made from.
    """
    import duckdb

    if not warehouse.is_file():
        raise _nothing_built(warehouse)
    scratch.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        config={
            "memory_limit": f"{memory_limit_mb}MB",
            "temp_directory": str(scratch / "publish"),
            "preserve_insertion_order": "true",
        }
    )
    try:
        connection.execute("set enable_progress_bar = false")  # DuckDB draws it on stdout
        connection.execute(f"attach {_text(str(warehouse))} as warehouse (read_only)")
        marts = Marts(connection, described, wanted)
        if not marts.names:
            raise _nothing_built(warehouse)
        yield marts
    except duckdb.Error as error:
        raise _unreadable(str(error), warehouse) from error
    finally:
        connection.close()


def _unreadable(message: str, warehouse: Path) -> StudiumError:
    from studium.warehouse import DamagedWarehouseError, is_damage

    text = " ".join(message.split())[:600]
    if says_full_disk(text):
        return FullDiskError(warehouse.parent, text)
    kind = DamagedWarehouseError if is_damage(message, warehouse) else StudiumError
    return kind(
        f"The tables cannot be published: {text}",
        str(warehouse),
        "Make them again from the lake, then publish: studium build --full-refresh",
    )


def _nothing_built(warehouse: Path) -> StudiumError:
    return StudiumError(
        "There is nothing to publish: no table was built yet", str(warehouse), "studium run"
    )


def _mart(name: str) -> str:
    return f"warehouse.{_SCHEMA}.{_quoted(name)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
