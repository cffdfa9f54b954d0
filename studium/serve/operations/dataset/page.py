"""One dataset: what each column means, what it is made from, how it is computed.

Enters: the name of a dataset. Leaves: the page at `/datasets/{name}`.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from studium.serve.drawing.rendering import Page, figures, show
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count
from studium.serve.operations.dataset.answers import read_dataset, read_lineage
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()


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
        "operations/dataset/page.html",
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
