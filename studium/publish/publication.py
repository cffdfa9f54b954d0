"""The publish step: weigh, copy, rename, move `current`, remove what is too old.

Enters: how the warehouse was built and how its tests ended. Leaves: a `Publication`; when the gate
refuses, a StudiumError, and `current` is where it was.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import NamedTuple

import msgspec
from msgspec import Struct

from studium import __version__
from studium.config import Workspace
from studium.errors import StudiumError
from studium.progress import Progress
from studium.publish.database import Marts, open_marts
from studium.publish.disk import move_link
from studium.publish.gate import Condition, Evidence, refuse_unless_met, weigh
from studium.publish.holding import held_release, let_go
from studium.publish.manifest import BuildInfo, Manifest, Release
from studium.publish.release_store import (
    Contents,
    create_release,
    current_release,
    damaged_releases,
    find_same,
)
from studium.publish.retention import remove_old_releases, remove_unfinished
from studium.vocabulary import CheckOutcome, EventDay, InputFile, Table


class LakeEvidence(Struct, frozen=True):
    """What the lake says about itself: `events` by date, duplicates not counted, and their files.

    `unbuilt` are the dates that changed since the tables were built, `unbuilt_courses` those with other dumps.
    """

    inputs: list[InputFile]
    mismatches: list[str]
    events: dict[date, int]
    unbuilt: list[date] = []
    unbuilt_courses: list[str] = []
    event_days: list[EventDay] = []


class Publication(Struct, frozen=True):
    """The release that readers get now; `is_new` is false when nothing had changed.

    `held_back` is the newer release that says what the tables say, where a rollback stands before it.
    """

    release: Release
    is_new: bool
    conditions: list[Condition]
    removed: list[str]
    held_back: str | None = None


class Clock(Struct, frozen=True):
    """The time that names a release, and the day against which freshness is measured."""

    now: datetime
    today: date

    @classmethod
    def real(cls, today: date | None = None) -> "Clock":
        """The machine's clock; `today` can be set apart."""
        return cls(now=datetime.now(UTC), today=today or datetime.now().astimezone().date())


class Candidate(Struct, frozen=True):
    """What asks to be published: tests of the tables, the lake, descriptions of the tables."""

    checks: Sequence[CheckOutcome]
    lake: LakeEvidence
    described: Sequence[Table]


def publish(
    workspace: Workspace, candidate: Candidate, progress: Progress, clock: Clock | None = None
) -> Publication:
    """Publish what the warehouse holds; the caller holds the workspace's lock.

    Raises StudiumError, and leaves `current` alone, when a condition of the gate does not hold.
    """
    clock = clock or Clock.real()
    remove_unfinished(workspace)
    for damage in damaged_releases(workspace):
        progress.note(f"{damage.problem}; it is passed over. {damage.fix}")
    current = _current_or_none(workspace, progress)
    settings = workspace.settings.build
    with open_marts(
        workspace.warehouse,
        candidate.described,
        workspace.scratch,
        settings.memory_limit_mb,
        settings.tables,
    ) as marts:
        build = marts.read_build()
        conditions = _weigh(candidate, build, marts, _Bar(workspace, current, clock.today))
        refuse_unless_met(conditions, _where(workspace, current))
        contents = Contents(
            build=build,
            tables=marts.describe(),
            inputs=sorted(candidate.lake.inputs, key=lambda file: (file.path, file.sha256)),
            checks=sorted(candidate.checks, key=lambda check: check.name),
            versions=_versions(),
            event_days=_days_inside(workspace, candidate.lake.event_days, build),
        )
        same = find_same(workspace, contents)
        if current and same and same.id > current.id == held_release(workspace):
            return Publication(current, False, conditions, [], held_back=same.id)
        if same is None:
            let_go(workspace)  # before it: what is made now becomes current, also after a kill
        progress.start("publish", len(contents.tables), "tables")
        release = same or create_release(workspace, marts, contents, clock.now)
        progress.advance(len(contents.tables))
        progress.finish()
    move_link(workspace.current, f"{workspace.releases.name}/{release.id}")
    removed = remove_old_releases(workspace, workspace.settings.publish.keep_releases)
    return Publication(release, same is None, conditions, removed)


class _Bar(NamedTuple):
    """Against what is weighed."""

    workspace: Workspace
    current: Release | None
    today: date


def _weigh(candidate: Candidate, build: BuildInfo, marts: Marts, bar: _Bar) -> list[Condition]:
    inside = _inside(candidate.lake.events, build)
    evidence = Evidence(
        checks=candidate.checks,
        mismatches=candidate.lake.mismatches,
        unbuilt=candidate.lake.unbuilt,
        unbuilt_courses=candidate.lake.unbuilt_courses,
        inputs=candidate.lake.inputs,
        lake_events=sum(inside.values()),
        counted_events=marts.count_events(),
        table_rows=marts.count_rows(),
        last_event=max(inside, default=None),
        today=bar.today,
    )
    before = bar.current.manifest if bar.current else None
    if before and not _is_comparable(before, build, candidate.lake.inputs):
        before = None
    if before:
        windows = {table.name for table in candidate.described if table.window_days}
        left_out: set[str] = set()
        if bar.workspace.settings.build.tables:  # on purpose
            left_out = {table.name for table in before.tables} - evidence.table_rows.keys()
        kept = [table for table in before.tables if table.name not in windows | left_out]
        before = msgspec.structs.replace(before, tables=kept)
    return weigh(evidence, bar.workspace.settings.publish, before)


def _is_comparable(before: Manifest, build: BuildInfo, inputs: Sequence[InputFile]) -> bool:
    """Whether fewer rows would be a surprise: not if the interval was cut, or a file taken back."""
    is_cut = (build.as_of or date.max) < (before.build.as_of or date.max)
    has_same_start = before.build.events_from == build.events_from
    has_same_rules = before.build.compat == build.compat
    is_all_there = {file.sha256 for file in before.inputs} <= {file.sha256 for file in inputs}
    return has_same_start and has_same_rules and is_all_there and not is_cut


def _days_inside(
    workspace: Workspace, days: Sequence[EventDay], build: BuildInfo
) -> list[EventDay]:
    if not workspace.settings.publish.events:
        return []
    first, end = build.events_from or date.min, build.as_of or date.max
    return sorted((it for it in days if first <= it.day < end), key=lambda it: it.day)


def _inside(events: dict[date, int], build: BuildInfo) -> dict[date, int]:
    first = build.events_from or date.min
    end = build.as_of or date.max
    return {day: count for day, count in events.items() if first <= day < end and count}


def _current_or_none(workspace: Workspace, progress: Progress) -> Release | None:
    try:
        return current_release(workspace)
    except StudiumError as error:
        if not workspace.current.is_symlink():
            raise
        progress.note(f"{error.problem}; volumes are not compared with it")
        return None


def _where(workspace: Workspace, current: Release | None) -> str:
    stays = f"current stays at {current.id}" if current else "nothing was published before"
    return f"{workspace.warehouse}; {stays}"


def _versions() -> dict[str, str]:
    packages = ("duckdb", "dbt-core", "dbt-duckdb")
    return {"studium": __version__} | {package: version(package) for package in packages}
