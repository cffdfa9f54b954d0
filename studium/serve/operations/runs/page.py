"""Runs: what each published run took in and made, newest first.

Enters: the manifests of the releases that are kept. Leaves: the page at `/operations/runs`.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.drawing.charts import Chart
from studium.serve.drawing.navigation import Tab
from studium.serve.drawing.rendering import Page
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import people
from studium.serve.operations.heading import show_operations
from studium.serve.operations.releases.answers import ReleaseDetail, list_releases, read_release
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading, Server, server_of

router = APIRouter()
TAB = Tab("Runs", Rule.OPERATIONS, 2)
_MEANING = (
    "A run lands files, builds, checks and publishes. New files are those whose content the release before"
    " was not made from; rows are those of all tables of the release; the change is since the release before."
)


@router.get("/operations/runs", include_in_schema=False)
@rule(Rule.OPERATIONS)
def runs_page(request: Request, reader: Reading) -> Response:
    """Runs that ended in a release; a run that the gate stopped is in the log of the command."""
    runs = run_rows(server_of(request), reader.release_id)
    table = Table(
        "runs",
        "Runs",
        (
            Column("id", "Release", "key", link="address"),
            Column("created_at", "Published", "time"),
            Column("new_files", "New files", "count"),
            Column("new_lines", "New lines", "count"),
            Column("new_quarantined", "Quarantined", "count"),
            Column("events", "Events in all", "count"),
            Column("rows", "Rows", "count"),
            Column("row_change", "Change", "change"),
            Column("checks", "Checks", "count"),
            Column("outcome", "Checks ended", "mark"),
        ),
        runs,
        "Nothing was published.",
        meaning=_MEANING,
    )
    sizes = Table(
        "run_sizes",
        "Rows by release",
        (Column("id", "Release"), Column("rows", "Rows", "count")),
        runs[::-1],
        meaning=_MEANING,
    )
    page = Page(
        "operations/listing.html",
        "Runs",
        "operations",
        f"{people(len(runs), 'run')} that ended in a release.",
        charts=(Chart(sizes, "bars", "id", ("rows",), "Oldest first.", "low"),),
        tables=(table,),
    )
    return show_operations(request, reader, "runs", page)


def run_rows(server: Server, current: str) -> list[dict[str, Any]]:
    """A row for each release, compared with the one before."""
    details = [
        read_release(server, release.id, current) for release in list_releases(server, current)
    ]
    older = [*details[1:], None]
    return [_row(detail, before) for detail, before in zip(details, older, strict=True)]


def _row(detail: ReleaseDetail, before: ReleaseDetail | None) -> dict[str, Any]:
    known = {file.sha256 for file in before.inputs} if before else set()
    new = [file for file in detail.inputs if file.sha256 not in known]
    release = detail.release
    has_failed = any(check.status not in {"pass", "warn"} for check in detail.checks)
    return {
        "id": release.id,
        "address": f"/operations/releases/{release.id}",
        "created_at": release.created_at,
        "new_files": len(new),
        "new_lines": sum(file.lines for file in new),
        "new_quarantined": sum(file.quarantined for file in new),
        "events": release.events,
        "rows": release.rows,
        "row_change": release.rows - before.release.rows if before else None,
        "checks": len(detail.checks),
        "outcome": "failed" if has_failed else "passed",
    }
