"""The steps in order: land, build, check, publish; `run` is all of them.

Enters: a `Job` (workspace, progress, how long to wait for another command). Leaves: what each step
reports. Each step holds the workspace's lock; the command line and orchestrators call these.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from studium.config import SETTINGS_FILE, Workspace
from studium.errors import FullDiskError, MisuseError, StudiumError
from studium.lock import hold_lock
from studium.permissions import closed_to_others
from studium.progress import Progress

if TYPE_CHECKING:
    from datetime import date

    from studium.lake import LandReport, Repair, Retraction
    from studium.publish import Candidate, Clock, LakeEvidence, Publication, Rollback
    from studium.vocabulary import CheckOutcome, InputFile, Table
    from studium.warehouse import BuildReport, FailingRows, Interval

_REPAIR = "doctor --repair"
_Result = TypeVar("_Result")
_Results: TypeAlias = "tuple[BuildReport, list[CheckOutcome], Publication]"


class Job(Struct, frozen=True):
    """What every step needs; `refuses_bare` an as_of that leaves no event or no package of somebody who has some."""

    workspace: Workspace
    progress: Progress
    wait_seconds: float = 0.0
    full_refresh: bool = False
    refuses_bare: bool = False

    @contextmanager
    def lock(self, command: str) -> Iterator[None]:
        """Hold the workspace's lock under the name of a command; a damaged ledger is for `doctor --repair` alone."""
        from studium import lake

        with (
            hold_lock(self.workspace, command, self.wait_seconds),
            closed_to_others(self.workspace),
        ):
            if command != _REPAIR:
                lake.refuse_unsealed(self.workspace)
            yield


class RunReport(Struct, frozen=True):
    """What all steps did, and the seconds that each took."""

    landed: "LandReport"
    built: "BuildReport"
    checked: "list[CheckOutcome]"
    published: "Publication"
    seconds: dict[str, float]


def land(job: Job, paths: Sequence[Path] = ()) -> "LandReport":
    """Land `paths`, or the configured sources without them."""
    with job.lock("land"):
        return _land(job, paths)


def build(job: Job) -> "BuildReport":
    """Compute the tables of what the lake holds; only touched dates, or all on request."""
    with job.lock("build"):
        return _build(job)


def check(job: Job) -> "list[CheckOutcome]":
    """Run all data tests on the warehouse; a failing one is in the list, not raised."""
    with job.lock("check"):
        return _check(job)


def failing_rows(job: Job, name: str, limit: int) -> "FailingRows":
    """At most `limit` rows that break a promise; raises MisuseError when there is no such one."""
    from studium import warehouse

    with job.lock("check --show"):
        return warehouse.failing_rows(job.workspace, name, limit)


def publish(job: Job, clock: "Clock | None" = None) -> "Publication":
    """Check, weigh at the gate, and make a release of what was built last."""
    with job.lock("publish"):
        return _publish(job, _check(job), clock)


def run(job: Job, paths: Sequence[Path] = (), clock: "Clock | None" = None) -> RunReport:
    """All steps under one lock, so that nobody changes the lake between landing and publishing."""
    from studium.warehouse import load_engine

    seconds: dict[str, float] = {}
    # Two seconds, while children parse.
    Thread(target=load_engine, args=[job.workspace], daemon=True).start()
    with job.lock("run"):
        landed = _timed(seconds, "land", lambda: _land_for_run(job, paths))
        built, checked, published = _mended(job, lambda: _results(job, clock, seconds))
    return RunReport(landed, built, checked, published, seconds)


def _results(job: Job, clock: "Clock | None", seconds: dict[str, float]) -> "_Results":
    built = _timed(seconds, "build", lambda: _build(job))
    checked = _timed(seconds, "check", lambda: _check(job))
    return built, checked, _timed(seconds, "publish", lambda: _publish(job, checked, clock))


def _mended(job: Job, work: "Callable[[], _Result]") -> _Result:
    """What `work` gives, once more where it came upon damage that can be made good from what is beside it."""
    from studium import lake
    from studium.warehouse import DamagedWarehouseError, set_aside

    try:
        return work()
    except DamagedWarehouseError as damage:  # in a block that the build had no need to read
        set_aside(job.workspace, damage, job.progress)
    except lake.DamagedLakeError as damage:
        job.progress.note(f"{damage.problem} ({damage.where}); it is read again from the landing")
        lake.repair(job.workspace, job.progress)
    return work()


def rollback(job: Job, release_id: str | None) -> "Rollback":
    """Point `current` at an older release, or at the named one."""
    from studium import publish as publishing

    with job.lock("rollback"):
        return publishing.rollback(job.workspace, release_id)


def retract(job: Job, name: str) -> "Retraction":
    """Stop counting a landed file."""
    from studium import lake

    with job.lock("retract"):
        return lake.retract(job.workspace, name)


def retry(job: Job, file: str | None) -> "LandReport":
    """Parse files with lines in quarantine again."""
    from studium import lake

    with job.lock("quarantine --retry"):
        return lake.retry_quarantined(job.workspace, file, job.progress)


def repair(job: Job) -> "Repair":
    """Make again from the landing what is lost or damaged, the ledger too."""
    from studium import lake

    with job.lock(_REPAIR):
        return lake.repair(job.workspace, job.progress)


def _land(job: Job, paths: Sequence[Path]) -> "LandReport":
    from studium import lake, sources

    files = sources.find_files(job.workspace, list(paths))
    return lake.land(job.workspace, files, job.progress)


def _land_for_run(job: Job, paths: Sequence[Path]) -> "LandReport":
    """Without paths and sources, what was landed before is enough; what waits is parsed."""
    from studium import lake

    workspace = job.workspace
    if paths or workspace.settings.sources:
        return _land(job, paths)
    if not (lake.inputs(workspace) or lake.waiting(workspace)):
        raise MisuseError(
            "There is nothing to run on: no path is given, no [[sources]] are set, nothing was landed",
            str(workspace.root / SETTINGS_FILE),
            "Name files or folders, studium run PATH, or add [[sources]] to studium.toml",
        )
    job.progress.note("No path and no [[sources]]: what was landed before is built and published")
    return lake.land(workspace, [], job.progress)


def _build(job: Job) -> "BuildReport":
    from studium import analyses, lake, warehouse

    interval = _interval(job.workspace)
    if job.refuses_bare:
        lake.refuse_bare(job.workspace, interval.as_of)
    with _of_sound_lake(job.workspace):
        report = warehouse.build(job.workspace, interval, job.progress, full=job.full_refresh)
        analyses.analyse(job.workspace, job.progress)
        return report


def _check(job: Job) -> "list[CheckOutcome]":
    from studium import warehouse

    with _of_sound_lake(job.workspace):
        return warehouse.check(job.workspace, job.progress)


@contextmanager
def _of_sound_lake(workspace: Workspace) -> Iterator[None]:
    """Refuse a lake that lost files; where the step fails, look at every byte for the reason."""
    from studium import lake

    lake.refuse_damaged(workspace)
    try:
        yield
    except FullDiskError:
        raise
    except StudiumError:
        lake.refuse_damaged(workspace, every_byte=True)
        raise


def _publish(job: Job, checks: "Sequence[CheckOutcome]", clock: "Clock | None") -> "Publication":
    from studium import analyses
    from studium import publish as publishing

    analyses.analyse(job.workspace, job.progress)  # again, if a build was killed just before it
    candidate = _candidate(job.workspace, checks)
    return publishing.publish(job.workspace, candidate, job.progress, clock)


def _interval(workspace: Workspace) -> "Interval":
    from studium.warehouse import Interval

    settings = workspace.settings.build
    return Interval(events_from=settings.events_from, as_of=settings.as_of, compat=settings.compat)


def _timed(seconds: dict[str, float], step: str, work: Callable[[], _Result]) -> _Result:
    started = time.monotonic()
    result = work()
    seconds[step] = round(time.monotonic() - started, 2)
    return result


def _candidate(workspace: Workspace, checks: "Sequence[CheckOutcome]") -> "Candidate":
    """Evidence of the lake and the warehouse, by area."""
    from studium import publish, warehouse

    described = _described(workspace)
    reads = warehouse.area_reads(workspace)
    unfinished = warehouse.unfinished_models(workspace)
    lake = _lake_evidence(workspace)
    return publish.Candidate(
        {
            name: publish.AreaEvidence(
                checks=[it for it in checks if it.area in {name, ""}],
                lake=lake(name, reads.get(name, [])),
                described=[table for table in described if table.area == name],
                failed=unfinished.get(name, []),
                reads=reads.get(name, []),
            )
            for name in sorted({table.area for table in described})
        }
    )


def _lake_evidence(workspace: Workspace) -> "Callable[[str, list[str]], LakeEvidence]":
    """What the lake says of an area that reads others; a file of which no area is known is everybody's."""
    from studium import lake, publish, warehouse

    days = lake.event_partitions(workspace)
    interval = warehouse.built_interval(workspace, _interval(workspace), days)
    inputs = _reached(workspace, interval.as_of)
    areas = {file.path: file.area for file in inputs}
    mismatches = lake.reconcile(workspace)
    unbuilt = warehouse.unbuilt_dates(workspace, days)
    unbuilt_scopes = warehouse.unbuilt_scopes(workspace, interval)
    gone = _gone(workspace)

    def of_area(name: str, reads: list[str]) -> "LakeEvidence":
        files = [file for file in inputs if file.area in {name, "", *reads}]
        has_logs = not reads and any(not file.dump_date for file in files)
        return publish.LakeEvidence(
            inputs=files,
            mismatches=[
                f"{it.where}: {it.problem}"
                for it in mismatches
                if areas.get(it.where, "") in {name, ""}
            ],
            events={it.day: it.rows - it.duplicate_rows for it in days} if has_logs else {},
            unbuilt=unbuilt if has_logs else [],
            unbuilt_scopes=unbuilt_scopes.get(name, []),
            event_days=days if has_logs else [],
            gone=gone,
            is_shared=bool(reads),
        )

    return of_area


def _reached(workspace: Workspace, as_of: "date | None") -> "list[InputFile]":
    """The files that count, with the rows that they give to each dataset."""
    from studium import lake

    given: dict[str, dict[str, int]] = {}
    for dump in lake.dump_partitions(workspace, as_of):
        given.setdefault(dump.file, {})[dump.dataset] = dump.rows
    return [
        replace(
            file,
            reached=given.get(file.sha256, {})
            if file.dump_date
            else {lake.EVENTS.name: file.events},
        )
        for file in lake.inputs(workspace)
    ]


def _gone(workspace: Workspace) -> frozenset[str]:
    """Inputs of the current release that were taken back, or whose raw bytes are lost.

    One of which the bytes are there, but which the ledger does not know, is neither: it waits to be landed again.
    """
    from studium import lake
    from studium import publish as publishing

    try:
        current = publishing.current_release(workspace)
    except StudiumError:
        return frozenset()
    return lake.gone(workspace, current.manifest.inputs if current else [])


def _described(workspace: Workspace) -> "list[Table]":
    """All tables: those of models, and those of analyses, which come of what they read."""
    from studium import analyses, warehouse

    models = {table.name: table for table in warehouse.catalogue(workspace)}
    found = list(models.values())
    for table in analyses.analysis_catalogue():
        read = [models[name] for name in table.depends_on if name in models]
        sources = sorted({source for model in read for source in model.sources})
        found.append(replace(table, sources=sources))
    return found
