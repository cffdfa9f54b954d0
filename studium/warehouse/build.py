"""Lake to marts: only touched dates are recomputed, and the result equals a full rebuild.

Enters: partitions of the lake, the interval to count. Leaves: tables in warehouse.duckdb and a
`BuildReport`. A build that was killed is done again by the next one.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from studium.config import Workspace
from studium.progress import Progress
from studium.vocabulary import EventDay
from studium.warehouse.database import open_warehouse, set_aside
from studium.warehouse.inputs.courses import find_changed, fingerprints_of
from studium.warehouse.inputs.dumps import Contents, empty_sources, register_dumps
from studium.warehouse.inputs.idle import find_idle, find_partial, note_idle, pass_over, read_idle
from studium.warehouse.inputs.locations import (
    has_other_locations,
    note_locations,
    register_locations,
)
from studium.warehouse.inputs.partitions import find_unbuilt, note_lake, register_lake
from studium.warehouse.inputs.repeats import find_repeats
from studium.warehouse.interval import Interval, resolve
from studium.warehouse.plan import Plan, begin, finish, make_plan
from studium.warehouse.project import Project
from studium.warehouse.refusals import DamagedWarehouseError, explained

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class ModelRun:
    """A model that was built: rows of its table, None for a view, and how long it took."""

    name: str
    rows: int | None
    seconds: float


@dataclass(frozen=True)
class BuildReport:
    """What a build did. `models` is empty when nothing had changed.

    `touched_courses` are the courses that tables by course recomputed, None for all of them.
    `query_seconds` is the time of all models, `start_seconds` the rest: dbt's own start and end.
    """

    interval: Interval
    models_hash: str
    is_full: bool
    touched_dates: tuple[date, ...]
    touched_courses: tuple[str, ...] | None
    models: tuple[ModelRun, ...]
    start_seconds: float
    query_seconds: float


def build(
    workspace: Workspace,
    interval: Interval,
    progress: Progress,
    *,
    full: bool = False,
    contents: Contents | None = None,
) -> BuildReport:
    """Build what changed since the last build, or everything with `full`.

    `contents` is what the lake holds, by default all of it; the caller holds the lock. A damaged
    warehouse is moved aside, and everything built. Raises StudiumError with the model that failed;
    what was touched is done again by the next build.
    """
    from studium.lake import dump_partitions, event_partitions

    if contents is None:
        dumps = dump_partitions(workspace, interval.as_of)
        contents = Contents(event_partitions(workspace), dumps)
    try:
        return _build(workspace, interval, progress, full, contents)
    except DamagedWarehouseError as damage:
        set_aside(workspace, damage, progress)
    return _build(workspace, interval, progress, full, contents)


def _build(
    workspace: Workspace, interval: Interval, progress: Progress, full: bool, contents: Contents
) -> BuildReport:
    from studium.lake import locate_addresses

    began = time.perf_counter()
    locations = locate_addresses(workspace, contents.partitions, progress)
    runs: list[ModelRun] = []
    repeats: Mapping[str, Sequence[str]] = {}
    with explained(workspace):
        project = Project(workspace)
        with open_warehouse(workspace) as connection:
            register_lake(connection, contents.partitions)
            register_dumps(connection, contents.dumps)
            register_locations(connection, locations)
            interval = resolve(interval, contents.partitions)
            plan = make_plan(connection, interval, project.models_hash, contents)
            wanted = workspace.settings.build.tables
            manifest = project.read_manifest()
            idle = find_idle(manifest, empty_sources(contents.dumps), wanted)
            names = {model.name for model in idle}
            before = read_idle(connection)
            # A model that woke up has all its rows to make, also where it keeps untouched ones.
            woken = before.keys() - names
            if full or woken & find_partial(manifest):
                plan = replace(plan, is_full=True, is_needed=True)
            if has_other_locations(connection, locations) or names ^ before.keys():
                plan = replace(plan, is_needed=True)
            if plan.is_needed:
                begin(connection, plan)
                pass_over(connection, idle)
                repeats = find_repeats(connection, contents.dumps)
            else:
                note_lake(connection, plan.lake)
        if plan.is_needed:
            runs = _run_models(project, plan, repeats, names, progress)
            with open_warehouse(workspace) as connection:
                note_idle(connection, idle)
                finish(connection, plan)
                note_locations(connection, locations)
                runs = _count_rows(connection, runs)
    return _report(plan, runs, time.perf_counter() - began)


def unbuilt_dates(workspace: Workspace, partitions: Sequence[EventDay]) -> list[date]:
    """Dates that changed in the lake since the last build, also where they do not count."""
    with open_warehouse(workspace) as connection:
        return find_unbuilt(connection, {part.day: part.fingerprint for part in partitions})


def unbuilt_courses(workspace: Workspace, interval: Interval) -> list[str]:
    """Courses whose current dumps are not those of the last build."""
    from studium.lake import dump_partitions

    wanted = fingerprints_of(dump_partitions(workspace, interval.as_of))
    with open_warehouse(workspace) as connection:
        return [course or "the whole site" for course in find_changed(connection, wanted)]


def build_variables(
    interval: Interval,
    touched: Sequence[date] | None,
    *,
    few_courses: bool = False,
    is_moved: bool = True,
) -> dict[str, object]:
    """dbt's variables of a build: dates as ISO text; `touched` None recomputes all dates.

    With `few_courses` tables by course recompute those in studium.touched_courses only; unless the
    interval `is_moved`, also those that follow from as_of.
    """
    return {
        "events_from": (interval.events_from or date.min).isoformat(),
        "as_of": (interval.as_of or date.max).isoformat(),
        "compat": interval.compat,
        "touched_dates": None if touched is None else [day.isoformat() for day in touched],
        "touched_courses": few_courses,
        "is_interval_moved": is_moved,
    }


def _run_models(
    project: Project,
    plan: Plan,
    repeats: Mapping[str, Sequence[str]],
    idle: Collection[str],
    progress: Progress,
) -> list[ModelRun]:
    touched = None if plan.is_full else plan.touched
    few_courses = not plan.is_full and plan.courses is not None
    variables = build_variables(
        plan.interval, touched, few_courses=few_courses, is_moved=plan.is_moved
    )
    variables |= {"repeats": repeats}
    progress.start("build", float(project.count("model") - len(idle)), "models")
    outcomes = project.run(["run"], variables, progress, without=idle)
    progress.finish()
    return [ModelRun(outcome.name, None, outcome.seconds) for outcome in outcomes]


def _count_rows(connection: "DuckDBPyConnection", runs: list[ModelRun]) -> list[ModelRun]:
    tables = connection.execute("select table_name, schema_name from duckdb_tables()").fetchall()
    schemas = dict(tables)
    return [
        replace(run, rows=_count(connection, f"{schemas[run.name]}.{run.name}"))
        if run.name in schemas
        else run
        for run in runs
    ]


def _count(connection: "DuckDBPyConnection", table: str) -> int:
    found = connection.execute(f"select count(*) from {table}").fetchone()
    return int(found[0]) if found else 0


def _report(plan: Plan, runs: list[ModelRun], seconds: float) -> BuildReport:
    query_seconds = sum(run.seconds for run in runs)
    return BuildReport(
        interval=plan.interval,
        models_hash=plan.models_hash,
        is_full=plan.is_full,
        touched_dates=tuple(plan.touched),
        touched_courses=None if plan.is_full or plan.courses is None else tuple(plan.courses),
        models=tuple(runs),
        start_seconds=seconds - query_seconds,
        query_seconds=query_seconds,
    )
