"""The publish step: weigh, copy, rename, move `current`, remove what is too old.

Enters: how the warehouse was built and how its tests ended. Leaves: a `Publication`; when the gate
refuses, a StudiumError, and `current` is where it was.
"""

from datetime import UTC, date, datetime
from importlib.metadata import version

from msgspec import Struct
from msgspec.structs import replace

from studium import __version__
from studium.config import Workspace
from studium.errors import StudiumError
from studium.progress import Progress
from studium.publish.database import Marts, open_marts
from studium.publish.disk import move_link
from studium.publish.gate import (
    Bar,
    Candidate,
    Condition,
    Verdict,
    refuse_unless_met,
    weigh_all,
)
from studium.publish.gate.weighing import days_inside
from studium.publish.holding import held_release, let_go
from studium.publish.manifest import Area, Release
from studium.publish.release_store import (
    Draft,
    ReleaseContents,
    create_release,
    current_release,
    damaged_releases,
    find_same,
)
from studium.publish.retention import remove_old_releases, remove_unfinished


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


def publish(
    workspace: Workspace, candidate: Candidate, progress: Progress, clock: Clock | None = None
) -> Publication:
    """Publish what the warehouse holds; the caller holds the workspace's lock.

    An area that does not pass the gate keeps what is published of it. Raises StudiumError, and leaves `current` alone,
    when none passes, or what is kept was built by other rules than what would be new.
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
        verdict = weigh_all(candidate, marts, Bar(workspace, current, clock.today))
        if not verdict.passing:
            refuse_unless_met(verdict.conditions, _where(workspace, current))
        contents = _contents(workspace, candidate, verdict, marts)
        conditions = list(verdict.conditions)
        same = find_same(workspace, contents)
        if current and same and same.id > current.id == held_release(workspace):
            return Publication(current, False, conditions, [], held_back=same.id)
        if same is None:
            let_go(workspace)  # before it: what is made now becomes current, also after a kill
        tables = sum(len(draft.area.tables) for draft in contents.drafts)
        progress.start("publish", tables, "tables")
        release = same or create_release(workspace, marts, contents, clock.now)
        progress.advance(tables)
        progress.finish()
    move_link(workspace.current, f"{workspace.releases.name}/{release.id}")
    removed = remove_old_releases(workspace, workspace.settings.publish.keep_releases)
    return Publication(release, same is None, conditions, removed)


def _contents(
    workspace: Workspace, candidate: Candidate, verdict: Verdict, marts: Marts
) -> ReleaseContents:
    drafts = [_draft(workspace, name, candidate, verdict, marts) for name in verdict.passing]
    kept = {name: verdict.before[name] for name in verdict.held if name in verdict.before}
    for name, area in sorted(kept.items()):
        _refuse_other_rules(workspace, area, verdict)
        drafts.append(Draft(replace(area, held_back=verdict.held[name]), is_kept=True))
    absent = {name: why for name, why in sorted(verdict.held.items()) if name not in kept}
    drafts.sort(key=lambda draft: draft.area.name)
    return ReleaseContents(drafts=drafts, absent=absent, versions=_versions())


def _draft(
    workspace: Workspace, name: str, candidate: Candidate, verdict: Verdict, marts: Marts
) -> Draft:
    """An area as it is about to be published."""
    evidence, build = candidate.areas[name], verdict.builds[name]
    has_events = workspace.settings.publish.events
    area = Area(
        name=name,
        build=build,
        tables=marts.describe(name),
        checks=sorted(evidence.checks, key=lambda check: check.name),
        inputs=sorted(evidence.lake.inputs, key=lambda file: (file.path, file.sha256)),
        content="",
        database=f"{name}.duckdb",
        database_sha256="",
        database_bytes=0,
    )
    days = days_inside(evidence.lake.event_days, build) if has_events else []
    return Draft(area, days)


def _refuse_other_rules(workspace: Workspace, kept: Area, verdict: Verdict) -> None:
    """Raise StudiumError where readers would get areas side by side that count by different rules."""
    build = verdict.builds[kept.name]
    is_cut = workspace.settings.build.as_of and (kept.as_of or date.max) > (build.as_of or date.max)
    same = (kept.build.compat, kept.build.events_from) == (build.compat, build.events_from)
    if same and not is_cut:
        return
    raise StudiumError(
        f"Not published: {kept.name} would keep what was published of it, which counts by other rules (compat "
        f"{kept.build.compat}, events from {kept.build.events_from or 'the first'}, before {kept.as_of}): "
        + "; ".join(verdict.held[kept.name]),
        str(workspace.warehouse),
        f"Mend {kept.name}, then publish again; or build by the same rules as before",
    )


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
