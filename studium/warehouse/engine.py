"""The one face of the database behind build and checks: what they ask of it, and DuckDB as its first body.

Enters: an open connection. Leaves: tables and views made whole or in part, rows, and what stands there. Whoever
puts another engine behind it writes the methods of `Engine`: models and checks say nothing else to a database.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Literal, Protocol

from studium.config import Workspace
from studium.warehouse.database import open_warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Kind = Literal["table", "view"]
_NAMES = {"STRING": "VARCHAR", "TEXT": "VARCHAR"}  # of types, where a contract has a portable one


class Engine(Protocol):
    """A database with the tables of one workspace; relations are named schema."name"."""

    @property
    def failure(self) -> type[Exception]:
        """What it raises."""

    def rows(
        self, sql: str, parameters: Mapping[str, object] | None = None
    ) -> list[tuple[Any, ...]]:
        """What a query gives, or a statement does."""

    def transaction(self) -> AbstractContextManager[None]:
        """All statements in it count, or none."""

    def relations(self) -> Mapping[str, Kind]:
        """What stands there."""

    def count_rows(self, relations: Collection[str]) -> dict[str, int]:
        """Exact numbers of rows of tables."""

    def make_view(self, relation: str, sql: str) -> None:
        """A view, in place of what stands there."""

    def make_table(self, relation: str, columns: Sequence[str], sql: str) -> None:
        """A table of the rows of a query, in place of what stands there."""

    def replace_rows(self, relation: str, gone: str, columns: Sequence[str], sql: str) -> None:
        """The rows that meet the condition `gone` go, those of a query come."""

    def remove(self, relation: str) -> None:
        """Remove a table or view, if it is there."""

    def broken_contract(self, sql: str, promised: Mapping[str, str]) -> str:
        """How the columns of a query differ from those that are promised; empty if they do not."""


class DuckdbEngine:
    """warehouse.duckdb, open for its one writer."""

    def __init__(self, connection: "DuckDBPyConnection") -> None:
        self.connection = connection
        self._kinds: dict[str, Kind] | None = None
        self._schemas: set[str] = set()

    @property
    def failure(self) -> type[Exception]:
        """What it raises."""
        import duckdb

        return duckdb.Error

    def rows(
        self, sql: str, parameters: Mapping[str, object] | None = None
    ) -> list[tuple[Any, ...]]:
        """What a query gives, or a statement does."""
        return self.connection.execute(sql, dict(parameters) if parameters else None).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements in it count, or none."""
        self.connection.execute("begin")
        try:
            yield
        except BaseException:
            self._kinds = None  # what was made or removed is not
            self._schemas.clear()
            with suppress(self.failure):  # where the failure itself has ended it
                self.connection.execute("rollback")
            raise
        self.connection.execute("commit")

    def relations(self) -> dict[str, Kind]:
        """What stands there; looked up once, which takes as long as a small table."""
        if self._kinds is None:
            found = self.rows(
                "select schema_name, table_name, 'table' from duckdb_tables() union all "
                "select schema_name, view_name, 'view' from duckdb_views() where not internal"
            )
            self._kinds = {f'{schema}."{name}"': kind for schema, name, kind in found}
        return self._kinds

    def count_rows(self, relations: Collection[str]) -> dict[str, int]:
        """Exact numbers of rows, from what tables know of themselves."""
        if not relations:
            return {}
        counts = [f"select {_text(it)}, count(*) from {it}" for it in sorted(relations)]
        return dict(self.rows(" union all ".join(counts)))

    def make_view(self, relation: str, sql: str) -> None:
        """A view, in place of what stands there."""
        self._prepare(relation, "view")
        self.connection.execute(f"create or replace view {relation} as {sql}")

    def make_table(self, relation: str, columns: Sequence[str], sql: str) -> None:
        """A table of the rows of a query, in place of what stands there."""
        self._prepare(relation, "table")
        self.connection.execute(f"create or replace table {relation} as {_chosen(columns, sql)}")

    def replace_rows(self, relation: str, gone: str, columns: Sequence[str], sql: str) -> None:
        """The rows that meet the condition `gone` go, those of a query come."""
        self.connection.execute(f"delete from {relation} where {gone}")
        self.connection.execute(
            f"insert into {relation} ({_listed(columns)}) {_chosen(columns, sql)}"
        )

    def remove(self, relation: str) -> None:
        """Remove a table or view, if it is there."""
        kinds = self.relations()
        if relation in kinds:
            self.connection.execute(f"drop {kinds.pop(relation)} {relation}")

    def broken_contract(self, sql: str, promised: Mapping[str, str]) -> str:
        """How the columns of a query differ from those that are promised; empty if they do not."""
        found = {name: kind for name, kind, *_ in self.rows(f"describe {sql}")}
        wanted = {name: _NAMES.get(kind.upper(), kind.upper()) for name, kind in promised.items()}
        if found == wanted:
            return ""
        names = sorted(found.keys() | wanted.keys())
        return ", ".join(
            f"{name}: {wanted.get(name, 'no column')} promised, {found.get(name, 'no column')} made"
            for name in names
            if found.get(name) != wanted.get(name)
        )

    def _prepare(self, relation: str, kind: Kind) -> None:
        """Its schema; a view cannot replace a table of its name, nor a table a view."""
        schema = relation.split(".")[0]
        if schema not in self._schemas:
            self.connection.execute(f"create schema if not exists {schema}")
            self._schemas.add(schema)
        if self.relations().get(relation, kind) != kind:
            self.remove(relation)
        self.relations()[relation] = kind


@contextmanager
def open_engine(workspace: Workspace) -> Iterator[DuckdbEngine]:
    """The warehouse, made if missing; raises StudiumError when it is in use or broken."""
    with open_warehouse(workspace) as connection:
        yield DuckdbEngine(connection)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _chosen(columns: Sequence[str], sql: str) -> str:
    return f"select {_listed(columns)} from ({sql}) as made"
