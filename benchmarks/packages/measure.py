"""From landed packages to a release, and one course a week later: seconds per step and model, and peak memory.

Enters: `packages --registrants N [N …]`. Leaves: a table per N on stdout and, with `--json FILE`, all figures.
Peak memory is measured in a run of its own (`--peak`), since watching processes costs them time.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measuring import STUDIUM, new_workspace, peak_mb, run
from benchmarks.packages.invented import invent

SLOWEST = 15


def main(words: Sequence[str]) -> None:
    """Measure each size in turn."""
    arguments = _arguments(words)
    figures = [_measured(arguments, registrants) for registrants in arguments.registrants]
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks packages", description=__doc__)
    parser.add_argument("--registrants", type=int, nargs="+", default=[20_000])
    parser.add_argument("--folder", type=Path, default=Path("/tmp/studium-bench"))
    parser.add_argument("--peak", action="store_true", help="measure memory in one more run")
    parser.add_argument("--json", type=Path)
    return parser.parse_args(words)


def _measured(arguments: argparse.Namespace, registrants: int) -> dict[str, Any]:
    files, next_week = invent(arguments.folder / f"packages-{registrants}", registrants)
    workspace = new_workspace(arguments.folder / "packages-workspace")
    figures: dict[str, Any] = {"registrants": registrants, "files": len(files)}
    first = _timed(workspace, files)
    week = _timed(workspace, next_week)
    figures |= {"first": first, "one_course_later": week}
    figures["later_per_first"] = round(week["wall_seconds"] / first["wall_seconds"], 3)
    if arguments.peak:
        watched = new_workspace(arguments.folder / "packages-watched")
        figures["peak_mb"] = round(peak_mb(_command(watched, files)))
    _show(figures)
    return figures


def _command(workspace: Path, files: Sequence[Path]) -> list[str]:
    """The folders of the files: a command line holds no thousand names, and none is landed twice."""
    folders = sorted({str(file.parent) for file in files})
    return [*STUDIUM, "--workspace", str(workspace), "run", "--json", *folders]


def _timed(workspace: Path, files: Sequence[Path]) -> dict[str, Any]:
    timing = run(_command(workspace, files))
    report = json.loads(timing.output)
    built = report["built"]
    slowest = sorted(built["models"], key=lambda model: -float(model["seconds"]))
    return {
        "wall_seconds": round(timing.seconds, 2),
        "cpu_seconds": round(timing.cpu_seconds, 2),
        "steps": report["seconds"],
        "dbt_start_seconds": round(built["start_seconds"], 2),
        "touched_scopes": built["touched_scopes"],
        "models": [[it["name"], it["rows"], round(it["seconds"], 2)] for it in slowest],
    }


def _show(figures: dict[str, Any]) -> None:
    for name, value in figures.items():
        if not isinstance(value, dict):
            print(f"{name:28} {value}")
            continue
        for inner, found in value.items():
            rows = found[:SLOWEST] if inner == "models" else [found]
            for row in rows:
                print(f"{name + '.' + inner:28} {row}")
