"""Rejects: what became of the lines of every landed file; nothing is lost.

Enters: a reader. Leaves: the page at `/operations/rejects`.
"""

from itertools import takewhile

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.drawing.navigation import Tab
from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, percent, share
from studium.serve.operations.heading import show_operations
from studium.serve.operations.releases.answers import ReleaseInput, read_release
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading, server_of

router = APIRouter()
TAB = Tab("Rejects", Rule.OPERATIONS, 4)
_PARTS = ("lines", "events", "table_rows", "duplicates", "quarantined", "skipped")


@router.get("/operations/rejects", include_in_schema=False)
@rule(Rule.OPERATIONS)
def rejects_page(request: Request, reader: Reading) -> Response:
    """Files by the number of lines that are in quarantine."""
    files = read_release(server_of(request), reader.release_id, reader.release_id).inputs
    files = sorted(files, key=lambda file: (-file.quarantined, file.name))
    folder = _shared_folder([file.name for file in files])
    totals = {part: sum(getattr(file, part) for file in files) for part in _PARTS}
    table = Table(
        "rejects",
        "Files and their lines",
        (
            Column("name", "File", under="hash"),
            Column("lines", "Lines", "count"),
            Column("events", "Events", "count"),
            Column("table_rows", "Rows of tables", "count"),
            Column("duplicates", "Duplicates", "count"),
            Column("quarantined", "Quarantined", "count"),
            Column("skipped", "Skipped by a rule", "count"),
            Column("share", "Quarantined", "percent", bar=True),
        ),
        [_row(file, folder) for file in files],
        "No file was landed.",
        meaning="For each file, lines = events + rows of tables + duplicates + quarantined + skipped by a named rule.",
    )
    page = Page(
        "operations/listing.html",
        "Rejects",
        "operations",
        f"{percent(share(totals['quarantined'], totals['lines']))} of all lines are in quarantine.",
        tables=(table, _odd_table(files, folder)),
        content={
            "figures": figures(
                ("Lines", count(totals["lines"])),
                ("Events", count(totals["events"])),
                ("Duplicates", count(totals["duplicates"])),
                ("Quarantined", count(totals["quarantined"]), "studium quarantine shows them"),
                ("Skipped", count(totals["skipped"]), "by a named rule"),
            )
        },
    )
    return show_operations(request, reader, "rejects", page)


def _odd_table(files: list[ReleaseInput], folder: str) -> Table:
    """Columns with values that did not fit, the worst first."""
    worst = sorted(
        ((file, odd) for file in files for odd in file.odd),
        key=lambda found: (-found[1].times, found[0].name, found[1].column),
    )
    rows = [
        {
            "name": file.name.removeprefix(folder),
            "column": odd.column,
            "times": odd.times,
            "line": odd.line,
            "value": odd.value,
        }
        for file, odd in worst
    ]
    return Table(
        "odd-values",
        "Values that did not fit",
        (
            Column("name", "File"),
            Column("column", "Column"),
            Column("times", "Values", "count"),
            Column("line", "First in line", "count"),
            Column("value", "The first, as it came"),
        ),
        rows,
        "Every value fitted its column.",
        meaning="Each is empty in its row, which counts.",
    )


def _shared_folder(names: list[str]) -> str:
    """The folder that all names are below, with its slash; '' for one name or nothing in common."""
    if len(names) < 2:
        return ""
    pairs = zip(min(names).split("/")[:-1], max(names).split("/"), strict=False)
    shared = [first for first, last in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    return "".join(f"{part}/" for part in shared)


def _row(file: ReleaseInput, folder: str) -> dict[str, object]:
    return {
        "name": file.name.removeprefix(folder),
        "hash": file.sha256[:12],
        **{part: getattr(file, part) for part in _PARTS},
        "share": share(file.quarantined, file.lines),
    }
