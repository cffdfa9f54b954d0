"""Releases: what was published when, and what one of them holds.

Enters: a reader, maybe the id of a release. Leaves: the pages at `/operations/releases` and below.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.drawing.navigation import Link, Tab
from studium.serve.drawing.rendering import Page
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import people
from studium.serve.operations.heading import show_operations
from studium.serve.operations.releases.answers import list_releases
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading, server_of

router = APIRouter()
LINK = Link("operations", "Operations", "/operations/releases", Rule.OPERATIONS, 8)
TAB = Tab("Releases", Rule.OPERATIONS, 1)


@router.get("/operations/releases", include_in_schema=False)
@rule(Rule.OPERATIONS)
def releases_page(request: Request, reader: Reading) -> Response:
    """All releases that are kept, newest first."""
    found = list_releases(server_of(request), reader.release_id)
    table = Table(
        "releases",
        "Releases",
        (
            Column("id", "Release", "key", link="address"),
            Column("state", "State", "mark"),
            Column("created_at", "Published", "time"),
            Column("as_of", "As of", "date"),
            Column("events", "Events", "count"),
            Column("tables", "Tables", "count"),
            Column("rows", "Rows", "count"),
            Column("megabytes", "MB", "decimal"),
        ),
        [
            {
                **vars(release),
                "address": f"/operations/releases/{release.id}",
                "state": "current" if release.is_current else "kept",
                "megabytes": release.bytes / 1e6,
            }
            for release in found
        ],
        "Nothing was published.",
        meaning="Events and tables are as they were when the release was published: none is changed later.",
    )
    page = Page(
        "operations/listing.html",
        "Releases",
        "operations",
        f"{people(len(found), 'release')} kept; pages and API answer from the current one.",
        tables=(table,),
    )
    return show_operations(request, reader, "releases", page)
