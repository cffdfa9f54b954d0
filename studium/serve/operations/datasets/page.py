"""Datasets: the dictionary, with lineage.

Enters: a reader, maybe the name of a dataset. Leaves: the pages at `/datasets` and `/datasets/{name}`.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.drawing.navigation import Link
from studium.serve.drawing.rendering import Page, show
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import people
from studium.serve.operations.datasets.answers import list_datasets
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
LINK = Link("datasets", "Datasets", "/datasets", Rule.DATASETS, 7)


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
                "find": " ".join(reader.columns_of(dataset.name)),
            }
            for dataset in found
        ],
        "The release has no dataset that you may see.",
    )
    page = Page(
        "operations/datasets/page.html",
        "Datasets",
        "datasets",
        f"{people(len(found), 'dataset')}: what a row is, what each column means, where it comes from.",
        tables=(table,),
    )
    return show(request, reader, page)
