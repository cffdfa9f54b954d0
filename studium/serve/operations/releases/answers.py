"""Releases: what was published when, from which inputs, with which checks.

Enters: a server. Leaves: `ReleaseSummary` rows and one release's tables, inputs and checks, from its manifest.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Request

from studium.publish import Release
from studium.publish import releases as published
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Listing, Paging, Reading, Server, answer_all, server_of
from studium.serve.web.days import Moment

router = APIRouter(prefix="/api/v1", tags=["operations"])


@dataclass(frozen=True)
class ReleaseSummary:
    """A release; `is_current` is the one that this answer is from."""

    id: str
    created_at: Moment
    is_current: bool
    events_from: date | None
    as_of: date | None
    compat: bool
    events: int
    tables: int
    rows: int
    bytes: int


@dataclass(frozen=True)
class OddValues:
    """A column of a file with values that did not fit: how often, and the first one with its line."""

    column: str
    times: int
    line: int
    value: str


@dataclass(frozen=True)
class ReleaseInput:
    """A landed file and what became of its lines."""

    name: str
    sha256: str
    lines: int
    events: int
    duplicates: int
    quarantined: int
    skipped: int
    table_rows: int
    course_id: str | None
    odd: list[OddValues]


@dataclass(frozen=True)
class ReleaseCheck:
    """A data test as it ended."""

    name: str
    status: str
    failures: int
    model: str


@dataclass(frozen=True)
class ReleaseArea:
    """An area of a release: its events, or deliveries without logs, count before `as_of`.

    `held_back` are the reasons for which it says what the release `made_in` says; empty: it is up to date. Without
    `made_in` it was never published.
    """

    name: str
    as_of: date | None
    tables: int
    rows: int
    made_in: str
    held_back: list[str]


@dataclass(frozen=True)
class ReleaseDetail:
    """A release with its areas, inputs, checks, rows by table, and versions of what made it."""

    release: ReleaseSummary
    areas: list[ReleaseArea]
    inputs: list[ReleaseInput]
    checks: list[ReleaseCheck]
    table_rows: dict[str, int]
    versions: dict[str, str]


def list_releases(server: Server, current: str) -> list[ReleaseSummary]:
    """Sound releases, newest first."""
    return [_summary(release, current) for release in published(server.workspace)]


def read_release(server: Server, release_id: str, current: str) -> ReleaseDetail:
    """One release; raises HiddenError where there is none."""
    for release in published(server.workspace):
        if release.id == release_id:
            manifest = release.manifest
            return ReleaseDetail(
                release=_summary(release, current),
                areas=_areas(release),
                inputs=[
                    msgspec.convert(msgspec.to_builtins(file), ReleaseInput)
                    for file in manifest.inputs
                ],
                checks=[
                    ReleaseCheck(it.name, it.status, it.failures, it.model)
                    for it in manifest.checks
                ],
                table_rows={table.name: table.rows for table in manifest.tables},
                versions=manifest.versions,
            )
    raise HiddenError


def _areas(release: Release) -> list[ReleaseArea]:
    manifest = release.manifest
    published = [
        ReleaseArea(
            name=area.name,
            as_of=area.as_of,
            tables=len(area.tables),
            rows=sum(table.rows for table in area.tables),
            made_in=area.made_in,
            held_back=area.held_back,
        )
        for area in manifest.areas
    ]
    absent = [ReleaseArea(name, None, 0, 0, "", why) for name, why in manifest.absent.items()]
    return published + absent


def _summary(release: Release, current: str) -> ReleaseSummary:
    manifest = release.manifest
    return ReleaseSummary(
        id=release.id,
        created_at=manifest.created_at,
        is_current=release.id == current,
        events_from=manifest.build.events_from,
        as_of=manifest.build.as_of,
        compat=manifest.build.compat,
        events=manifest.events,
        tables=len(manifest.tables),
        rows=sum(table.rows for table in manifest.tables),
        bytes=manifest.database_bytes,
    )


@router.get("/releases", response_model=Listing[ReleaseSummary])
@rule(Rule.OPERATIONS)
def releases(request: Request, reader: Reading, page: Paging) -> Any:
    """What was published, newest first."""
    found = list_releases(server_of(request), reader.release_id)
    return answer_all(reader, ReleaseSummary, found, page)


@router.get("/releases/{release_id}")
@rule(Rule.OPERATIONS)
def release(
    request: Request,
    release_id: Annotated[str, Path(max_length=60, examples=["20260301T101500Z-1f3a9c04"])],
    reader: Reading,
) -> ReleaseDetail:
    """One release: inputs, checks, tables, versions."""
    return read_release(server_of(request), release_id, reader.release_id)
