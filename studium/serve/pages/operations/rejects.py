"""Rejects: what became of the lines of every landed file; nothing is lost.

Enters: a reader. Leaves: the page at `/operations/rejects`.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.operations.releases import ReleaseInput, read_release
from studium.serve.pages.operations.heading import show_operations
from studium.serve.pages.rendering import Page, figures
from studium.serve.pages.tables import Column, Table
from studium.serve.pages.wording import count, percent, share
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading, server_of

router = APIRouter()
_PARTS = ("lines", "events", "table_rows", "duplicates", "quarantined", "skipped")


@router.get("/operations/rejects", include_in_schema=False)
@rule(Rule.OPERATIONS)
def rejects_page(request: Request, reader: Reading) -> Response:
    """Files by the number of lines that are in quarantine."""
    files = read_release(server_of(request), reader.release_id, reader.release_id).inputs
    files = sorted(files, key=lambda file: (-file.quarantined, file.name))
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
        [_row(file) for file in files],
        "No file was landed.",
    )
    page = Page(
        "operations/listing.html",
        "Rejects",
        "operations",
        f"{percent(share(totals['quarantined'], totals['lines']))} of all lines are in quarantine.",
        tables=(table,),
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


def _row(file: ReleaseInput) -> dict[str, object]:
    return {
        "name": file.name,
        "hash": file.sha256[:12],
        **{part: getattr(file, part) for part in _PARTS},
        "share": share(file.quarantined, file.lines),
    }
