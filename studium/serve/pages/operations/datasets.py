"""Datasets: the dictionary, with lineage.

Enters: a reader, maybe the name of a dataset. Leaves: the pages at `/datasets` and `/datasets/{name}`.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from studium.serve.operations.datasets import list_datasets, read_dataset, read_lineage
from studium.serve.pages.rendering import Page, figures, show
from studium.serve.pages.tables import Column, Table
from studium.serve.pages.wording import count, people
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()


@router.get("/datasets", include_in_schema=False)
@rule(Rule.DATASETS)
def datasets_page(request: Request, reader: Reading) -> Response:
    """All datasets that the viewer may see any of."""
    found = list_datasets(reader)
    table = Table(
        "datasets",
        "Datasets",
        (
            Column("name", "Dataset", "key", link="address"),
            Column("grain", "What a row is"),
            Column("level", "Level"),
            Column("rows", "Rows", "count"),
            Column("columns", "Columns", "count"),
        ),
        [
            {
                **vars(dataset),
                "grain": dataset.grain.split(". ")[0],
                "address": f"/datasets/{dataset.name}",
            }
            for dataset in found
        ],
        "The release has no dataset that you may see.",
    )
    page = Page(
        "operations/datasets.html",
        "Datasets",
        "datasets",
        f"{people(len(found), 'dataset')}: what a row is, what each column means, where it comes from.",
        tables=(table,),
    )
    return show(request, reader, page)


@router.get("/datasets/{name}", include_in_schema=False)
@rule(Rule.DATASETS)
def dataset_page(
    request: Request, name: Annotated[str, Path(max_length=200)], reader: Reading
) -> Response:
    """One dataset; each column has an address, which definitions of charts lead to."""
    dataset = read_dataset(reader, name)
    lineage = read_lineage(reader, name)
    table = Table(
        "columns",
        "Columns",
        (
            Column("name", "Column", "key"),
            Column("type", "Type", "key"),
            Column("unit", "Unit"),
            Column("description", "Meaning"),
        ),
        [vars(column) for column in dataset.columns],
    )
    page = Page(
        "operations/dataset.html",
        name,
        "datasets",
        dataset.grain,
        tables=(table,),
        content={
            "dataset": dataset,
            "figures": figures(
                ("Rows", count(dataset.rows)),
                ("Columns", count(len(dataset.columns))),
                ("Checks", count(len(dataset.tests)), "that hold in this release"),
                ("Level", dataset.level or "not classified"),
            ),
            "depends_on": _linked(reader, lineage.depends_on),
            "used_by": _linked(reader, lineage.used_by),
            "sql": lineage.sql,
            "promises": [test.replace("_", " ") for test in dataset.tests],
        },
    )
    return show(request, reader, page)


def _linked(reader: Reader, names: list[str]) -> list[dict[str, Any]]:
    """Names with the address of those that are datasets of the release."""
    return [
        {"name": name, "address": f"/datasets/{name}" if reader.has(name) else None}
        for name in names
    ]
