"""The promises of docs/performance.md, measured: landing, a full run, one more day, and how fast a command answers.

Enters: `--events N` (1,000,000 by default; the 10 M figures want `--events 10000000`), `packages …`, `load …`
or `funnels …`. Leaves: a table of ratios on stdout and, with `--json FILE`, the figures. Simulated files are kept in
`--folder`.
"""

import argparse
import json
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from benchmarks.content import main as measure_funnels
from benchmarks.measuring import (
    STUDIUM,
    Timing,
    decompression_floor,
    median,
    new_workspace,
    peak_mb,
    run,
)
from benchmarks.packages import main as measure_packages
from benchmarks.serving import main as measure_load
from studium.vocabulary import AREAS_VARIABLE

NEW_DAY_EVENTS = 100_000
EVENTS_PER_FILE = 125_000
LEARNERS = 20_000
FIRST_DAY = date(2024, 2, 26)
# The tables for which the bounds of a run were set; what all tables take is measured beside them.
FOUNDATIONS = (
    *("person_course_day", "course_activity", "active_users_weekly", "event_types_daily"),
    *("course_enrollment_daily", "course_enrollment_mode_daily", "course_enrollment_summary"),
    *("video", "video_timeline", "person_video"),
)
NEW_MART = """with days as (
    select * from {{ ref('event_types_daily') }}
)

select course_id, date, cast(sum(event_count) as bigint) as event_count
from days
group by course_id, date
"""
NEW_MART_YML = """version: 2
models:
  - name: {name}
    description: One row per course and day with events.
    data_tests:
      - key:
          name: {name}_has_one_row_per_course_and_day
          arguments: {{columns: [course_id, date], nullable: [course_id]}}
    columns:
      - {{name: course_id, data_type: string}}
      - {{name: date, data_type: date}}
      - {{name: event_count, data_type: bigint}}
"""


def main() -> None:
    """Measure, print, and fail if a bound is broken."""
    arguments = _arguments()
    folder: Path = arguments.folder
    logs = _simulated(folder / f"events-{arguments.events}", arguments.events, seed=1)
    floor = decompression_floor(logs, arguments.runs)
    figures = {
        "events": arguments.events,
        "files": len(logs),
        "gz_mb": round(sum(path.stat().st_size for path in logs) / 1e6, 1),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "floor_seconds": round(floor.seconds, 2),
    }
    workspace = folder / "workspace"
    landing = median(lambda: _land(new_workspace(workspace), logs), arguments.runs)
    full = median(lambda: _run(new_workspace(workspace), logs), arguments.runs)
    figures |= _landing_figures(landing, floor) | _run_figures(full, floor)
    watched = new_workspace(folder / "watched")
    figures["run_peak_mb"] = round(peak_mb(_command(watched, "run", logs)))
    day = _simulated_day(folder / f"day-after-{arguments.events}", _days(arguments.events))
    figures |= _increment_figures(_run(workspace, day), full)
    figures |= _change_figures(workspace, day, folder / "areas", arguments.runs)
    figures |= _answer_figures(workspace)
    everything = run(_command(new_workspace(watched), "run", logs, tables=()))
    figures["run_all_tables_seconds"] = round(everything.seconds, 2)
    for name, value in figures.items():
        print(f"{name:32} {value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/studium-bench"))
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _simulated(output: Path, events: int, seed: int) -> list[Path]:
    """A day of clicks per million events, cut into files as a platform writes them."""
    if not output.exists():
        options = {
            "--events": events,
            "--files": max(1, events // EVENTS_PER_FILE),
            "--seed": seed,
            "--learners": LEARNERS,
            "--days": _days(events),
        }
        words = [str(word) for pair in options.items() for word in pair]
        run([*STUDIUM, "simulate", *words, "--no-truth", "--output", str(output)])
    return sorted((output / "logs").glob("*.gz"))


def _days(events: int) -> int:
    return max(1, events // 1_000_000)


def _land(workspace: Path, logs: list[Path]) -> Timing:
    return run(_command(workspace, "land", logs))


def _run(workspace: Path, logs: list[Path]) -> Timing:
    return run(_command(workspace, "run", logs))


def _command(
    workspace: Path,
    name: str,
    logs: list[Path],
    tables: Sequence[str] = FOUNDATIONS,
    areas: Path | None = None,
) -> list[str]:
    chosen = ["env", f"STUDIUM_BUILD__TABLES={json.dumps(tables)}"]
    chosen += [f"{AREAS_VARIABLE}={areas}"] if areas else []
    return [*chosen, *STUDIUM, "--workspace", str(workspace), name, "--json", *map(str, logs)]


def _landing_figures(landing: Timing, floor: Timing) -> dict[str, object]:
    return {
        "land_seconds": round(landing.seconds, 2),
        "land_per_floor": round(landing.seconds / floor.seconds, 2),
    }


def _run_figures(full: Timing, floor: Timing) -> dict[str, object]:
    start = float(json.loads(full.output)["built"]["start_seconds"])
    return {
        "run_seconds": round(full.seconds, 2),
        "dbt_start_seconds": round(start, 2),
        "run_per_floor": round(full.seconds / floor.seconds, 2),
        "run_without_dbt_start_per_floor": round((full.seconds - start) / floor.seconds, 2),
    }


def _increment_figures(timing: Timing, full: Timing) -> dict[str, object]:
    return {
        "new_day_seconds": round(timing.seconds, 2),
        "new_day_per_full_run": round(timing.seconds / full.seconds, 3),
    }


def _change_figures(workspace: Path, logs: list[Path], areas: Path, runs: int) -> dict[str, object]:
    """A run of the same files, and one with a mart more each time."""
    nothing = median(lambda: _run(workspace, logs), runs)
    shutil.rmtree(areas, ignore_errors=True)
    more = []
    for number in range(runs):
        name = _new_mart(areas, number)
        tables = [*FOUNDATIONS, *(it.stem for it in areas.rglob("*.sql"))]
        more.append(run(_command(workspace, "run", logs, tables, areas)))
        built = json.loads(more[-1].output)["built"]
        assert [it["name"] for it in built["models"]] == [name], "others were built again"
    return {
        "nothing_new_seconds": round(nothing.seconds, 2),
        "one_new_mart_seconds": round(sorted(it.seconds for it in more)[runs // 2], 2),
    }


def _new_mart(areas: Path, number: int) -> str:
    """Events of a course on a day, as somebody would add it beside the house; returns its name."""
    file = areas / "models" / "courses" / "marts" / f"course_days_{number}.sql"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(NEW_MART)
    file.with_suffix(".yml").write_text(NEW_MART_YML.format(name=file.stem))
    return file.stem


def _simulated_day(output: Path, days: int) -> list[Path]:
    """One more day, right after those of the full run."""
    if not output.exists():
        start = FIRST_DAY + timedelta(days=days)
        words = f"--events {NEW_DAY_EVENTS} --files 1 --seed 2 --days 1 --start {start} --no-truth"
        run([*STUDIUM, "simulate", *words.split(), "--output", str(output)])
    return sorted((output / "logs").glob("*.gz"))


def _answer_figures(workspace: Path) -> dict[str, object]:
    status = median(lambda: run([*STUDIUM, "--workspace", str(workspace), "status"]), 5)
    helped = median(lambda: run([*STUDIUM, "--help"]), 5)
    return {
        "status_seconds": round(status.seconds, 2),
        "help_seconds": round(helped.seconds, 2),
    }


if __name__ == "__main__":
    others = {"packages": measure_packages, "load": measure_load, "funnels": measure_funnels}
    if sys.argv[1:2] and sys.argv[1] in others:
        others[sys.argv[1]](sys.argv[2:])
    else:
        main()
