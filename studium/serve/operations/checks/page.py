"""Checks: every data test of the current release, and how it ended.

Enters: a reader. Leaves: the page at `/operations/checks`.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.drawing.navigation import Tab
from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, people
from studium.serve.operations.heading import show_operations
from studium.serve.operations.releases.answers import read_release
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading, server_of

router = APIRouter()
TAB = Tab("Checks", Rule.OPERATIONS, 3)
_MEANING = "Each promise is a query for rows that break it; one that fails keeps a release from being published."
_ENDED = {"pass": "passed", "fail": "failed", "error": "failed", "warn": "warned"}


@router.get("/operations/checks", include_in_schema=False)
@rule(Rule.OPERATIONS)
def checks_page(request: Request, reader: Reading) -> Response:
    """Promises of the models; those that failed first."""
    found = read_release(server_of(request), reader.release_id, reader.release_id).checks
    rows = [
        {
            "promise": check.name.replace("_", " "),
            "model": check.model,
            "address": f"/datasets/{check.model}" if reader.has(check.model) else None,
            "ended": _ENDED.get(check.status, check.status),
            "failures": check.failures,
        }
        for check in found
    ]
    rows.sort(key=lambda row: (row["ended"] == "passed", row["model"], row["promise"]))
    passed = sum(row["ended"] == "passed" for row in rows)
    numbers = figures(
        ("Checks", count(len(rows))),
        ("Passed", count(passed)),
        ("Not passed", count(len(rows) - passed)),
    )
    table = Table(
        "checks",
        "Checks",
        (
            Column("promise", "Promise"),
            Column("model", "Table", "key", link="address"),
            Column("ended", "Ended", "mark"),
            Column("failures", "Rows that break it", "count"),
        ),
        rows,
        "This release was made without checks.",
        meaning=_MEANING,
    )
    page = Page(
        "operations/listing.html",
        "Checks",
        "operations",
        f"{people(passed, 'check')} of {count(len(rows))} passed before this release was published.",
        tables=(table,),
        content={"figures": numbers},
    )
    return show_operations(request, reader, "checks", page)
