"""Lake to marts: only what changed is computed again, and the result equals a full rebuild.

Enters: partitions of the lake, the interval to count. Leaves: tables in warehouse.duckdb and a
`BuildReport`. A build that was killed is done again by the next one.
"""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from studium.config import Workspace
from studium.progress import Progress
from studium.vocabulary import EventDay
from studium.warehouse.database import open_warehouse, set_aside
from studium.warehouse.engine import DuckdbEngine, open_engine
from studium.warehouse.execution import Execution, ModelFailure, ModelRun, Outcome
from studium.warehouse.inputs.changes import (
    EVENTS,
    LOCATIONS,
    Parts,
    find_changed,
    parts_of,
    read_parts,
    source_of,
)
from studium.warehouse.inputs.dumps import Contents, register_dumps
from studium.warehouse.inputs.idle import find_idle
from studium.warehouse.inputs.locations import AddressLocations, register_locations
from studium.warehouse.inputs.partitions import (
    find_unbuilt,
    note_lake,
    register_lake,
)
from studium.warehouse.inputs.reading import Reading
from studium.warehouse.inputs.repeats import repeats_of
from studium.warehouse.inputs.scopes import find_named, find_scopes
from studium.warehouse.interval import Interval, resolve
from studium.warehouse.journal import BuildPlan, begin, finish
from studium.warehouse.plan import Before, Today, plan_steps
from studium.warehouse.project import Project, fingerprint, write_profile
from studium.warehouse.records import last_build, prepare_notes, read_records, read_state
from studium.warehouse.refusals import DamagedWarehouseError, explained


@dataclass(frozen=True)
class BuildReport:
    """What a build did. `models` is empty when nothing had changed; `is_full` if none kept a row.

    `touched_scopes` are those that tables by scope recomputed, None for all of them. `failures` are models
    that could not be built: their areas have not all of their tables. `query_seconds` is the time of all models,
    `start_seconds` the rest.
    """

    interval: Interval
    models_hash: str
    is_full: bool
    touched_dates: tuple[date, ...]
    touched_scopes: tuple[str, ...] | None
    models: tuple[ModelRun, ...]
    start_seconds: float
    query_seconds: float
    failures: tuple[ModelFailure, ...] = ()


def build(
    workspace: Workspace,
    interval: Interval,
    progress: Progress,
    *,
    full: bool = False,
    contents: Contents | None = None,
) -> BuildReport:
    """Build what changed since the last build, or everything with `full`.

    `contents` is what the lake holds, by default all of it; the caller holds the lock. A damaged warehouse is moved
    aside, and everything built. A model that fails is in the report, and the other areas are built; raises its
    StudiumError where there is no other area. What was touched is done again by the next build.
    """
    from studium.lake import dump_partitions, event_partitions

    if contents is None:
        dumps = dump_partitions(workspace, interval.as_of)
        contents = Contents(event_partitions(workspace), dumps)
    try:
        return _Build(workspace, contents, interval).run(progress, full)
    except DamagedWarehouseError as damage:
        set_aside(workspace, damage, progress)
    return _Build(workspace, contents, interval).run(progress, full)


class _Build:
    """One build of one workspace."""

    def __init__(self, workspace: Workspace, contents: Contents, interval: Interval) -> None:
        self._workspace = workspace
        self._contents = contents
        self._interval = resolve(interval, contents.partitions)
        self._project = Project(workspace)
        self._reading = Reading(workspace, contents)

    def run(self, progress: Progress, full: bool) -> BuildReport:
        """Look for what changed, and build it."""
        from studium.lake import locate_addresses

        began = time.perf_counter()
        locations = locate_addresses(self._workspace, self._contents.partitions, progress)
        with explained(self._workspace), open_engine(self._workspace) as engine:
            prepare_notes(engine)
            parts = read_parts(self._contents, locations, self._interval)
            state = self._state(parts, locations)
            self._note_lake(engine)
            if not full and read_state_of(engine) == state:
                return self._report(None, Outcome(), began)
            write_profile(self._workspace)
            register_lake(engine.connection, self._contents.partitions)
            register_dumps(engine.connection, self._contents.dumps)
            register_locations(engine.connection, locations)
            plan = self._plan(engine, parts, state, full)
            outcome = Outcome()
            if plan.is_needed or read_state(engine) != state:
                read = [key for it in plan.steps if it.is_work for key in it.model.reads]
                self._reading.of_sql(plan.today.graph, read)
                begin(engine, plan)
                outcome = Execution(engine, plan, self._workspace).run(progress)
                finish(engine, plan, outcome.unfinished)
        self._refuse_if_nothing_is_left(plan, outcome)
        return self._report(plan, outcome, began)

    def _plan(self, engine: DuckdbEngine, parts: Parts, state: str, full: bool) -> BuildPlan:
        graph = self._project.graph
        wanted = self._workspace.settings.build.tables
        idle = find_idle(graph, {source for source, it in parts.items() if it}, wanted)
        read = {source_of(key) for model in graph.models.values() for key in model.reads}
        parts = {source: it for source, it in parts.items() if source in read}
        last = last_build(engine)
        changed = find_changed(engine, parts)
        self._reading.of_sources(changed)  # by what looks for repeated keys, and for names
        interval = self._interval
        before = Before(last, read_records(engine), engine.relations(), changed)
        variables = build_variables(interval) | {
            "repeats": repeats_of(engine, self._contents.dumps, changed),
            "anonymous_username": self._workspace.settings.build.anonymous_username,
        }
        models_hash = self._project.models_hash
        today = Today(graph, models_hash, interval, parts, {**graph.variables, **variables}, idle)
        is_full = full or last is None or last.interval.compat != interval.compat
        steps = plan_steps(today, before, is_full)
        named = find_named(engine, before.touched)
        return BuildPlan(
            today=today,
            before=before,
            steps=steps,
            scopes=find_scopes(engine, changed, before.touched, named),
            named=named,
            state=state,
            is_full=all(step.is_anew or step.model.name in idle for step in steps),
        )

    def _state(self, parts: Parts, locations: AddressLocations) -> str:
        """Of all that the tables follow from, and where the views over the lake read it."""
        settings = self._workspace.settings.build
        paths = [str(path) for it in self._contents.partitions for path in it.paths]
        paths += [str(path) for it in self._contents.dumps for path in (it.path, it.personal)]
        here = [*paths, locations.path, self._workspace.warehouse]
        asked = [self._interval, settings.tables, settings.anonymous_username]
        return fingerprint([self._project.models_hash, *asked, parts, here])

    def _note_lake(self, engine: DuckdbEngine) -> None:
        lake = {part.day: part.fingerprint for part in self._contents.partitions}
        if find_unbuilt(engine.connection, lake):
            note_lake(engine.connection, lake)

    def _refuse_if_nothing_is_left(self, plan: BuildPlan, outcome: Outcome) -> None:
        failed = {failure.area for failure in outcome.failures}
        areas = {it.model.area for it in plan.steps if it.model.name not in plan.today.idle}
        if failed and areas <= failed:
            raise outcome.failures[0].as_error()

    def _report(self, plan: BuildPlan | None, outcome: Outcome, began: float) -> BuildReport:
        query_seconds = sum(run.seconds for run in outcome.runs)
        return BuildReport(
            interval=self._interval,
            models_hash=self._project.models_hash,
            is_full=plan is not None and plan.is_full,
            touched_dates=tuple(plan.before.touched) if plan else (),
            touched_scopes=_scopes(plan) if plan else (),
            models=tuple(outcome.runs),
            start_seconds=time.perf_counter() - began - query_seconds,
            query_seconds=query_seconds,
            failures=tuple(outcome.failures),
        )


def unbuilt_dates(workspace: Workspace, partitions: Sequence[EventDay]) -> list[date]:
    """Dates that changed in the lake since the last build, also where they do not count."""
    with open_warehouse(workspace) as connection:
        return find_unbuilt(connection, {part.day: part.fingerprint for part in partitions})


def built_interval(
    workspace: Workspace, interval: Interval, partitions: Sequence[EventDay]
) -> Interval:
    """`interval`, which says no end, up to the end that the last build was asked for.

    That build was: it ended before the day after the last event. Days that landed since are unbuilt in any case.
    """
    with open_engine(workspace) as engine:
        last = last_build(engine)
    end = resolve(interval, partitions).as_of
    if interval.as_of or last is None or not last.interval.as_of or not end:
        return interval
    return replace(interval, as_of=last.interval.as_of) if last.interval.as_of < end else interval


def unbuilt_scopes(workspace: Workspace, interval: Interval) -> dict[str, list[str]]:
    """Area -> whose current dumps, that its models read, are not those of the last build."""
    from studium.lake import dump_partitions

    with open_engine(workspace) as engine:
        prepare_notes(engine)
        changed = find_changed(engine, parts_of(dump_partitions(workspace, interval.as_of)))
    found: dict[str, set[str]] = defaultdict(set)
    for model in Project(workspace).graph.models.values():
        sources = {source_of(key) or "" for key in model.reads} - {EVENTS, LOCATIONS}
        for source in sources & changed.keys():
            found[model.area].update(part or "the whole site" for part in changed[source])
    return {area: sorted(scopes) for area, scopes in found.items() if scopes}


def build_variables(
    interval: Interval, touched: Sequence[date] | None = None, *, few_scopes: bool = False
) -> dict[str, Any]:
    """dbt's variables of a build: dates as ISO text; `touched` None recomputes all dates.

    With `few_scopes` tables by scope recompute those in studium.touched_scopes only.
    """
    return {
        "events_from": (interval.events_from or date.min).isoformat(),
        "as_of": (interval.as_of or date.max).isoformat(),
        "compat": interval.compat,
        "touched_dates": None if touched is None else [day.isoformat() for day in touched],
        "touched_scopes": few_scopes,
    }


def read_state_of(engine: DuckdbEngine) -> str:
    """What the last build followed from, if its tables are still there."""
    records = read_records(engine)
    is_there = {
        it.relation for it in records.values() if not it.definition.startswith("unwanted")
    } <= engine.relations().keys()
    return read_state(engine) if is_there else ""


def _scopes(plan: BuildPlan) -> tuple[str, ...] | None:
    whole = [it for it in plan.steps if it.action == "table" and it.model.kind == "by_scope"]
    is_whole = any(not it.model.config.get("follows_as_of") for it in whole)
    return None if plan.is_full or is_whole else tuple(str(scope) for scope in plan.scopes)
