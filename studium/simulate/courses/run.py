"""The simulation as a whole: facts by learner, then logs by time, in as many processes as wanted.

Enters: a plan and a folder's name. Leaves: the folder, complete or not at all.
"""

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from studium.errors import MisuseError, StudiumError
from studium.processes import end_with_parent
from studium.progress import Progress
from studium.simulate.courses.facts import DAY, day_text
from studium.simulate.courses.logs import FileCount, FileTask, plan_files, write_file
from studium.simulate.courses.packages import Spool, package_tasks, write_catalogue, write_package
from studium.simulate.courses.plan import Plan, SimulationReport
from studium.simulate.courses.shards import PERSON_COURSE_TABLE, Shard, plan_shards, simulate_shard
from studium.simulate.courses.truth import PERSON_COURSE, Truth, csv_lines

Task = TypeVar("Task")
Result = TypeVar("Result")

WORTH_A_PROCESS = 50_000
"""Below this many events, starting processes costs more than it saves."""

MOST_PROCESSES = 2


def simulate(
    plan: Plan, output: Path, progress: Progress, processes: int | None = None
) -> SimulationReport:
    """Write `output`/logs/tracking-0001.log.gz … and `output`/truth/*.csv, counts.json included.

    A plan with packages gets them in `output`/packages, one folder per course.

    The bytes depend on the plan alone. `processes` is 2 by default where the size is worth it.
    An earlier simulation in `output` is replaced at the very end. Raises MisuseError where
    `output` holds anything else, StudiumError where the disk or a process fails.
    """
    output = Path(output).absolute()
    _refuse_foreign(output)
    if processes is None:
        worth = plan.events >= WORTH_A_PROCESS
        processes = min(MOST_PROCESSES, os.cpu_count() or 1) if worth else 1
    partial = output.parent / f".{output.name}.partial-{os.getpid()}"
    try:
        _remove_leftovers(output)
        for part in ("logs", "truth", "facts"):
            (partial / part).mkdir(parents=True)
        report = _write_all(plan, partial, output, progress, processes)
        shutil.rmtree(partial / "facts")
        _move_into_place(partial, output)
    except BrokenProcessPool as error:
        raise StudiumError(
            "a process of the simulation ended early",
            str(output),
            "It may have run out of memory: close other programs, or ask for fewer events.",
        ) from error
    except OSError as error:
        raise StudiumError(
            f"the simulation cannot be written: {error.strerror or error}",
            str(output),
            "Make room on the disk or choose another output folder.",
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return report


def _write_all(
    plan: Plan, partial: Path, output: Path, progress: Progress, processes: int
) -> SimulationReport:
    tasks = plan_shards(plan, partial / "facts")
    truth = Truth() if plan.truth else None
    shards: list[Shard] = []
    progress.start("simulating learners", plan.events, "events")
    for shard in _run_all(simulate_shard, tasks, processes):
        if truth and shard.truth:
            truth.merge(shard.truth)
        shards.append(Shard(shard.times, shard.spill, shard.strays, None, shard.spool))
        progress.advance(len(shard.times))
    progress.finish()
    last_day = int(max(shard.times[-1] for shard in shards)) // DAY
    first_day = int(min(shard.times[0] for shard in shards)) // DAY
    files: list[FileTask] = plan_files(plan, shards, partial / "logs")
    progress.start("writing logs", plan.events, "events")
    counts = []
    for counted in _run_all(write_file, files, processes):
        counts.append(counted)
        progress.advance(counted.events)
    progress.finish()
    report = _report(output, counts, first_day, last_day)
    spools = [shard.spool for shard in shards if shard.spool]
    if plan.packages:
        packages = package_tasks(plan, spools, partial / "packages", day_text(last_day + 1))
        progress.start("writing packages", len(packages), "courses")
        for _ in _run_all(write_package, packages, processes):
            progress.advance(1)
        write_catalogue(plan, partial / "packages", day_text(last_day + 1))
        progress.finish()
        report = replace(report, packages=len(packages))
    if truth:
        progress.start("writing the truth", None, "tables")
        truth.write(partial / "truth", last_day + 1)
        if plan.packages:
            _write_person_course(partial / "truth" / f"{PERSON_COURSE_TABLE}.csv", spools)
        progress.finish()
    _write_counts(plan, report, partial / "truth" / "counts.json")
    return report


def _write_person_course(path: Path, spools: list[Spool]) -> None:
    """Learner by learner, in their order: there may be more than memory holds."""
    with path.open("wb") as file:
        file.write(csv_lines([PERSON_COURSE]))
        for spool in spools:
            file.writelines(spool.pieces((-1, PERSON_COURSE_TABLE)))


def _run_all(
    work: Callable[[Task], Result], tasks: Sequence[Task], processes: int
) -> Iterator[Result]:
    """The results in the order of the tasks."""
    if processes <= 1 or len(tasks) == 1:
        yield from map(work, tasks)
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=end_with_parent) as pool:
        try:
            yield from pool.map(work, tasks)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _report(
    output: Path, counts: list[FileCount], first_day: int, last_day: int
) -> SimulationReport:
    reasons: Counter[str] = Counter()
    for counted in counts:
        reasons.update(counted.reasons)
    events = sum(counted.events for counted in counts)
    duplicates = sum(counted.duplicates for counted in counts)
    return SimulationReport(
        output=output,
        files=len(counts),
        lines=events + duplicates + reasons.total(),
        events=events,
        duplicates=duplicates,
        quarantined=reasons.total(),
        blank_lines=sum(counted.blank_lines for counted in counts),
        reasons=dict(sorted(reasons.items())),
        first_date=date.fromisoformat(day_text(first_day)),
        last_date=date.fromisoformat(day_text(last_day)),
        raw_bytes=sum(counted.raw_bytes for counted in counts),
        compressed_bytes=sum(counted.compressed_bytes for counted in counts),
    )


def _write_counts(plan: Plan, report: SimulationReport, path: Path) -> None:
    values = {
        "files": report.files,
        "lines": report.lines,
        "events": report.events,
        "duplicates": report.duplicates,
        "quarantined": report.quarantined,
        "blank_lines": report.blank_lines,
        "reasons": report.reasons,
        "first_date": report.first_date.isoformat(),
        "last_date": report.last_date.isoformat(),
        "raw_bytes": report.raw_bytes,
        "plan": {
            "events": plan.events,
            "files": plan.files,
            "seed": plan.seed,
            "courses": plan.courses,
            "learners": plan.learners,
            "days": plan.days,
            "start": plan.start.isoformat(),
            "traps": sorted(plan.traps),
            "packages": plan.packages,
        },
    }
    path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


def _refuse_foreign(output: Path) -> None:
    """An output folder is new, empty, or an earlier simulation and nothing else."""
    if not output.exists():
        return
    if not output.is_dir():
        raise MisuseError("the output is a file", str(output), "Name a new or empty folder.")
    names = {entry.name for entry in output.iterdir()}
    is_ours = (
        names - {"packages"} == {"logs", "truth"} and (output / "truth" / "counts.json").is_file()
    )
    if names and not is_ours:
        raise MisuseError(
            f"the output folder holds other files, such as {sorted(names)[0]!r}",
            str(output),
            "Name a new or empty folder.",
        )


def _remove_leftovers(output: Path) -> None:
    """What killed runs left beside the output; the folder's name ends with their process id."""
    for folder in output.parent.glob(f".{output.name}.partial-*"):
        number = folder.name.rpartition("-")[2]
        if number == str(os.getpid()) or not Path(f"/proc/{number}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _move_into_place(partial: Path, output: Path) -> None:
    """Put the finished folder where it belongs; an earlier one leaves first."""
    if output.exists():
        earlier = partial.with_name(partial.name.replace(".partial-", ".partial-earlier-"))
        output.rename(earlier)
        partial.rename(output)
        shutil.rmtree(earlier)
    else:
        partial.rename(output)
