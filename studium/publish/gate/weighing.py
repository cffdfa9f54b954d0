"""What is known of each area, weighed: which may leave, which keep their last, which were never published.

Enters: a `Candidate`, open marts, the current release. Leaves: conditions of every area, and the reasons of those that
are held back: their own, or that they read an area that is.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from studium.config import SETTINGS_FILE, Workspace
from studium.errors import MisuseError
from studium.publish.database import Marts
from studium.publish.gate.conditions import Condition, Evidence, broken, weigh
from studium.publish.gate.losses import Loss, Now, find_losses
from studium.publish.manifest import WITH_AREAS, Area, BuildInfo, Release
from studium.vocabulary import CheckOutcome, EventDay, InputFile, Table


class LakeEvidence(Struct, frozen=True):
    """What the lake says about itself: `events` by date, duplicates not counted, and their files.

    `unbuilt` are the dates that changed since the tables were built, `unbuilt_scopes` those with other dumps. `gone`
    are the files that were taken back or lost; None: all that were inputs once and are no more. Of an area that reads
    others, `is_shared`: inputs are theirs, too, and what they must keep they answer for.
    """

    inputs: list[InputFile]
    mismatches: list[str]
    events: dict[date, int]
    unbuilt: list[date] = []
    unbuilt_scopes: list[str] = []
    event_days: list[EventDay] = []
    gone: frozenset[str] | None = None
    is_shared: bool = False


class AreaEvidence(Struct, frozen=True):
    """What asks to be published of one area; `failed` are models that could not be built, `reads` other areas."""

    checks: Sequence[CheckOutcome]
    lake: LakeEvidence
    described: Sequence[Table]
    failed: Sequence[str] = ()
    reads: Sequence[str] = ()


class Candidate(Struct, frozen=True):
    """All areas that there are, by name."""

    areas: Mapping[str, AreaEvidence]

    @property
    def described(self) -> list[Table]:
        """The tables of all areas, each with its area."""
        return [
            replace(table, area=name)
            for name, evidence in self.areas.items()
            for table in evidence.described
        ]


class Bar(NamedTuple):
    """Against what is weighed."""

    workspace: Workspace
    current: Release | None
    today: date


class Verdict(NamedTuple):
    """`builds` has every area with something to publish, `before` what is published of it; `held` the reasons."""

    builds: Mapping[str, BuildInfo]
    before: Mapping[str, Area]
    conditions: Sequence[Condition]
    held: Mapping[str, list[str]]

    @property
    def passing(self) -> list[str]:
        """The areas that may leave, by name."""
        return sorted(self.builds.keys() - self.held.keys())


def weigh_all(candidate: Candidate, marts: Marts, bar: Bar) -> Verdict:
    """Weigh every area that has, or had, anything to say."""
    _refuse_unknown(candidate, bar.workspace)
    before = _published(candidate, bar.current)
    areas = dict.fromkeys(before, AreaEvidence([], LakeEvidence([], [], {}), [])) | dict(
        candidate.areas
    )
    areas = {
        name: it for name, it in areas.items() if name in before or _has_something(name, it, marts)
    }
    built = marts.read_build()
    builds = {name: _build_of(it.lake, built, bar) for name, it in areas.items()}
    conditions: list[Condition] = []
    held: dict[str, list[str]] = {}
    for name in sorted(areas):
        found = _weigh(name, areas[name], marts, bar, (before.get(name), builds[name]))
        conditions += found
        if unmet := broken(found):
            held[name] = [f"{it.name}: {it.found}" for it in unmet]
    return Verdict(builds, before, conditions, _with_readers(held, areas))


def _has_something(name: str, area: AreaEvidence, marts: Marts) -> bool:
    """Whether anything landed for an area; of one that follows from others, whether any row came of it."""
    if area.lake.is_shared:
        return any(marts.count_rows(name).values())
    return bool(area.lake.inputs)


def days_inside(days: Sequence[EventDay], build: BuildInfo) -> list[EventDay]:
    """Those of the interval, in order."""
    first, end = build.events_from or date.min, build.as_of or date.max
    return sorted((it for it in days if first <= it.day < end), key=lambda it: it.day)


def _refuse_unknown(candidate: Candidate, workspace: Workspace) -> None:
    """A bound of an area that is misspelt would hold nothing back."""
    named = {area for area, *_ in workspace.settings.publish.bounds()}
    for area in sorted(named - candidate.areas.keys()):
        raise MisuseError(
            f"publish.of_areas has a bound of {area}, but there is no such area",
            str(workspace.root / SETTINGS_FILE),
            f"There are: {', '.join(sorted(candidate.areas))}",
        )


def _published(candidate: Candidate, current: Release | None) -> dict[str, Area]:
    """What the current release says, by today's areas: before there were any, tables tell whose they are."""
    if current is None:
        return {}
    if current.manifest.format >= WITH_AREAS:
        return {area.name: area for area in current.manifest.areas}
    owners = {table.name: table.area for table in candidate.described}
    found: dict[str, Area] = {}
    for former in current.manifest.areas:
        first = next((owners[it.name] for it in former.tables if it.name in owners), "")
        for name in sorted({owners.get(it.name, first) for it in former.tables} - {""}):
            tables = [it for it in former.tables if owners.get(it.name, first) == name]
            found[name] = replace(former, name=name, tables=tables)
    return found


def _build_of(lake: LakeEvidence, build: BuildInfo, bar: Bar) -> BuildInfo:
    """An area without events ends, unless an end was asked for, on the day after its newest delivery."""
    newest = None if lake.is_shared else _newest_delivery(lake)
    if newest is None or bar.workspace.settings.build.as_of or _has_events(lake):
        return build
    return replace(build, as_of=newest + timedelta(days=1))


def _weigh(
    name: str, area: AreaEvidence, marts: Marts, bar: Bar, terms: tuple[Area | None, BuildInfo]
) -> list[Condition]:
    before, build = terms
    inside = _inside(area.lake.events, build)
    rows = marts.count_rows(name)
    newest = max(inside, default=None) if _has_events(area.lake) else None
    evidence = Evidence(
        area=name,
        checks=area.checks,
        failed=area.failed,
        mismatches=area.lake.mismatches,
        unbuilt=area.lake.unbuilt,
        unbuilt_scopes=area.lake.unbuilt_scopes,
        inputs=area.lake.inputs,
        has_events=_has_events(area.lake),
        lake_events=sum(inside.values()),
        counted_events=marts.count_events(name),
        table_rows=rows,
        losses=_losses(area, (before, build), rows, bar),
        newest=newest or _newest_delivery(area.lake),
        today=bar.today,
    )
    return weigh(evidence, bar.workspace.settings.publish.of(name))


def _losses(
    area: AreaEvidence,
    terms: tuple[Area | None, BuildInfo],
    rows: Mapping[str, int],
    bar: Bar,
) -> list[Loss]:
    before, build = terms
    settings = bar.workspace.settings
    if before is None:
        return []
    if settings.build.tables:  # left out on purpose
        kept = [table for table in before.tables if table.name in rows]
        before = replace(before, tables=kept)
    now = Now(
        build=build,
        tables={table.name: table for table in area.described},
        rows=rows,
        inputs=area.lake.inputs,
        gone=area.lake.gone,
        is_asked=settings.build.as_of is not None,
    )
    return find_losses(before, now, settings.publish.of(before.name).maximum_drop_percent)


def _with_readers(
    held: Mapping[str, list[str]], areas: Mapping[str, AreaEvidence]
) -> dict[str, list[str]]:
    """With the areas that read one of them, by whatever way."""
    found = dict(held)
    while True:
        more = {
            name: [f"it reads {read}, which is held back" for read in area.reads if read in found]
            for name, area in areas.items()
            if name not in found and not found.keys().isdisjoint(area.reads)
        }
        if not more:
            return found
        found |= more


def _has_events(lake: LakeEvidence) -> bool:
    if lake.is_shared:
        return False
    return bool(lake.events) or any(not file.dump_date for file in lake.inputs)


def _newest_delivery(lake: LakeEvidence) -> date | None:
    days = [date.fromisoformat(file.dump_date) for file in lake.inputs if file.dump_date]
    return max(days, default=None)


def _inside(events: Mapping[date, int], build: BuildInfo) -> dict[date, int]:
    first = build.events_from or date.min
    end = build.as_of or date.max
    return {day: count for day, count in events.items() if first <= day < end and count}
