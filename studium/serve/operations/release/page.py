"""One release: its tables beside those of the one before, and what made it.

Enters: the id of a release. Leaves: the page at `/operations/releases/{release_id}`.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import (
    count,
    day,
    people,
)
from studium.serve.operations.heading import show_operations
from studium.serve.operations.releases.answers import ReleaseArea, list_releases, read_release
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading, server_of

router = APIRouter()


@router.get("/operations/releases/{release_id}", include_in_schema=False)
@rule(Rule.OPERATIONS)
def release_page(
    request: Request, release_id: Annotated[str, Path(max_length=60)], reader: Reading
) -> Response:
    """One release: its tables beside those of the one before, and what made it."""
    server = server_of(request)
    found = read_release(server, release_id, reader.release_id)
    ids = [release.id for release in list_releases(server, reader.release_id)]
    older = ids[ids.index(release_id) + 1 :]
    before: dict[str, int] = {}
    if older:
        before = read_release(server, older[0], reader.release_id).table_rows
    release = found.release
    passed = sum(check.status == "pass" for check in found.checks)
    page = Page(
        "operations/listing.html",
        f"Release {release_id}",
        "operations",
        "Its tables, and how they changed since the release before.",
        tables=(
            _table_of_areas(found.areas),
            _table_of_tables(found.table_rows, before),
            _table_of_versions(found.versions),
        ),
        content={
            "figures": figures(
                ("As of", day(release.as_of)),
                ("Events", count(release.events)),
                ("Rows", count(release.rows), f"in {people(release.tables, 'table')}"),
                ("Checks passed", count(passed), f"of {len(found.checks)}"),
                ("Files", count(len(found.inputs))),
            )
        },
    )
    return show_operations(request, reader, "releases", page)


def _table_of_areas(areas: list[ReleaseArea]) -> Table:
    rows = [
        {
            "name": area.name,
            "as_of": area.as_of,
            "tables": area.tables,
            "rows": area.rows,
            "held_back": "; ".join(area.held_back),
        }
        for area in areas
    ]
    columns = (
        Column("name", "Area", "key"),
        Column("as_of", "As of", "date"),
        Column("tables", "Tables", "count"),
        Column("rows", "Rows", "count"),
        Column("held_back", "Why it is not newer"),
    )
    meaning = (
        "Subject areas, each up to its own day. One that did not pass the gate keeps its last tables; "
        "one without a day was never published."
    )
    return Table("areas", "Areas", columns, rows, meaning=meaning)


def _table_of_tables(rows: dict[str, int], before: dict[str, int]) -> Table:
    listed: list[dict[str, Any]] = [
        {
            "name": name,
            "address": f"/datasets/{name}",
            "rows": number,
            "change": number - before[name] if name in before else None,
        }
        for name, number in rows.items()
    ]
    columns = (
        Column("name", "Table", "key", link="address"),
        Column("rows", "Rows", "count"),
        Column("change", "Since the release before", "change"),
    )
    meaning = (
        "Rows of each table; the change is since the release that was published before this one."
    )
    return Table("tables", "Tables", columns, listed, meaning=meaning)


def _table_of_versions(versions: dict[str, str]) -> Table:
    rows = [{"name": name, "version": version} for name, version in sorted(versions.items())]
    columns = (Column("name", "Program"), Column("version", "Version", "key"))
    meaning = "Versions that ran when this release was made."
    return Table("versions", "Made with", columns, rows, meaning=meaning)
