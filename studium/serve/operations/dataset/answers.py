"""One dataset: its columns, the promises that were tested, its lineage.

Enters: a reader, the name of a dataset. Leaves: what each column means and where it comes from.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from studium.serve.operations.datasets.answers import level_of
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["datasets"])


@dataclass(frozen=True)
class DatasetColumn:
    """A column with its type in SQL, its meaning and its unit."""

    name: str
    type: str
    description: str
    unit: str


@dataclass(frozen=True)
class ReleasedDataset:
    """A dataset with its columns, the promises that were tested, and the checksum of its rows.

    Number and checksum of rows are null for whoever sees only a part of them: they would tell of the rest.
    """

    name: str
    grain: str
    level: str | None
    rows: int | None
    checksum: str | None
    columns: list[DatasetColumn]
    tests: list[str]


@dataclass(frozen=True)
class Lineage:
    """What a dataset is made from (`depends_on`), datasets made from it (`used_by`), and its SQL."""

    name: str
    depends_on: list[str]
    used_by: list[str]
    sql: str


def read_dataset(reader: Reader, name: str) -> ReleasedDataset:
    """One dataset; raises HiddenError for one that is not there or not for the principal."""
    table = reader.dataset(name)
    has_whole = reader.has_whole(name)
    return ReleasedDataset(
        name,
        table.grain,
        level_of(table),
        table.rows if has_whole else None,
        table.checksum if has_whole else None,
        read_columns(reader, name),
        table.tests,
    )


def read_columns(reader: Reader, name: str) -> list[DatasetColumn]:
    """The columns that the principal may see."""
    visible = set(reader.columns_of(name))
    return [
        DatasetColumn(column.name, column.type, column.description, column.unit)
        for column in reader.dataset(name).columns
        if column.name in visible
    ]


def read_lineage(reader: Reader, name: str) -> Lineage:
    """What a dataset comes from, and what comes from it, among what the principal may see."""
    table = reader.dataset(name)
    used_by = sorted(it.name for it in reader.datasets if name in it.depends_on)
    return Lineage(name, sorted(table.depends_on), used_by, table.sql)


@router.get("/datasets/{name}")
@rule(Rule.DATASETS)
def dataset(name: str, reader: Reading) -> ReleasedDataset:
    """One dataset."""
    return read_dataset(reader, name)


@router.get("/datasets/{name}/schema", response_model=Listing[DatasetColumn])
@rule(Rule.DATASETS)
def schema(name: str, reader: Reading, page: Paging) -> Any:
    """Columns of a dataset with types, meanings and units."""
    return answer_all(reader, DatasetColumn, read_columns(reader, name), page)


@router.get("/datasets/{name}/lineage")
@rule(Rule.DATASETS)
def lineage(name: str, reader: Reading) -> Lineage:
    """What a dataset is made from, and what is made from it."""
    return read_lineage(reader, name)
