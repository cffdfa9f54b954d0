"""Serving under load: seconds per route with many clients, also while a release is published; cost by size.

Enters: `load --learners N --learner-days M`. Leaves: tables on stdout and, with `--json FILE`, all figures.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean, median
from typing import Any

from benchmarks.serving.addresses import Visits
from benchmarks.serving.clients import Answer, Crowd
from benchmarks.serving.invented import Size, invent, publish_again
from benchmarks.serving.server import Running, running
from studium.config import Workspace, open_workspace

_GOOD = {200, 303}
_SHOWN = 20


def main(words: Sequence[str]) -> None:
    """Measure one size, and with `--tenth` what a request costs with a tenth of the events."""
    arguments = _arguments(words)
    if arguments.publish:
        print(publish_again(open_workspace(arguments.publish)))
        return
    size = Size(arguments.learners, arguments.learner_days)
    figures = _load(arguments, invent(arguments.folder, size))
    if arguments.tenth:
        figures["cost"] = _growth(arguments, size)
    _show(figures)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks load", description=__doc__)
    parser.add_argument("--learners", type=int, default=1_000_000)
    parser.add_argument("--learner-days", type=int, default=30_000_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds a client reads an answer")
    parser.add_argument(
        "--seconds", type=float, default=120.0, help="how long, before and after publishing"
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-publish", action="store_true")
    parser.add_argument(
        "--tenth", action="store_true", help="compare with a tenth of the learner-days"
    )
    parser.add_argument("--folder", type=Path, default=Path("/tmp/studium-bench"))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--publish", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(words)


def _load(arguments: argparse.Namespace, workspace: Workspace) -> dict[str, Any]:
    visits = Visits(workspace, seed=1)
    with running(workspace, arguments.workers) as server:
        crowd = Crowd(arguments.clients, arguments.pause, server.address, server.token)
        crowd.visit(visits, _after(30))  # each process reads its first pages from the disk
        quiet = crowd.visit(visits, _after(arguments.seconds))
        figures: dict[str, Any] = {"routes": len(visits.routes), "quiet": _summary(quiet)}
        figures["by_route"] = _by_route(quiet)
        if not arguments.no_publish:
            publishing = _publish(workspace)
            busy = crowd.visit(visits, lambda: publishing.poll() is not None)
            busy += crowd.visit(visits, _after(10))  # the new release is opened and read first
            figures |= {"publishing": _summary(busy), "publishing_by_route": _by_route(busy)}
            figures["published"] = publishing.returncode == 0
            figures["p95_change"] = figures["publishing"]["p95"] / figures["quiet"]["p95"] - 1
        figures["peak_rss_mb"] = round(server.peak_mb)
    return figures


def _growth(arguments: argparse.Namespace, size: Size) -> dict[str, Any]:
    """Processor time of the server and median seconds of a request, one client alone, at both sizes."""
    found = {}
    for days in (size.learner_days // 10, size.learner_days):
        workspace = invent(arguments.folder, Size(size.learners, days))
        visits = Visits(workspace, seed=2)
        with running(workspace, 1) as server:
            crowd = Crowd(1, 0, server.address, server.token)
            crowd.ask_each(visits, 1)
            found[days] = _cost(server, crowd, visits)
    small, large = found.values()
    return {
        "learner_days": list(found),
        "cpu_ms": [small["cpu_ms"], large["cpu_ms"]],
        "growth": round(large["cpu_ms"] / small["cpu_ms"], 2),
        "median_ms": {
            route: [small["median_ms"][route], large["median_ms"][route]]
            for route in small["median_ms"]
        },
    }


def _cost(server: Running, crowd: Crowd, visits: Visits) -> dict[str, Any]:
    before = server.cpu_seconds()
    answers = crowd.ask_each(visits, 5)
    used = server.cpu_seconds() - before
    return {
        "cpu_ms": round(1000 * used / len(answers), 1),
        "median_ms": {
            route: round(1000 * median(it.seconds for it in of_route), 1)
            for route, of_route in _grouped(answers).items()
        },
    }


def _publish(workspace: Workspace) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "benchmarks", "load", "--publish", str(workspace.root)]
    return subprocess.Popen(["nice", "-n", "19", *command], stdout=subprocess.DEVNULL)


def _after(seconds: float) -> "_Over":
    return _Over(time.monotonic() + seconds)


class _Over:
    def __init__(self, at: float) -> None:
        self._at = at

    def __call__(self) -> bool:
        return time.monotonic() >= self._at


def _summary(answers: Sequence[Answer]) -> dict[str, Any]:
    seconds = sorted(it.seconds for it in answers)
    wrong = [it for it in answers if it.status not in _GOOD]
    return {
        "requests": len(answers),
        "errors": len(wrong),
        "wrong": sorted({f"{it.status} {it.visit.path}" for it in wrong})[:_SHOWN],
        "p50": round(_quantile(seconds, 0.5), 3),
        "p95": round(_quantile(seconds, 0.95), 3),
        "max": round(seconds[-1], 3),
    }


def _by_route(answers: Sequence[Answer]) -> dict[str, dict[str, float]]:
    found = {}
    for route, of_route in _grouped(answers).items():
        seconds = sorted(it.seconds for it in of_route)
        found[route] = {
            "requests": len(seconds),
            "p50": round(_quantile(seconds, 0.5), 3),
            "p95": round(_quantile(seconds, 0.95), 3),
            "max": round(seconds[-1], 3),
            "kb": round(mean(it.size for it in of_route) / 1000),
        }
    return dict(sorted(found.items(), key=lambda entry: -entry[1]["p95"]))


def _grouped(answers: Iterable[Answer]) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        found.setdefault(answer.visit.route, []).append(answer)
    return found


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _show(figures: dict[str, Any]) -> None:
    for name, value in figures.items():
        if name.endswith("by_route"):
            print(f"\n{name:60} {'n':>6} {'p50':>7} {'p95':>7} {'max':>7} {'kB':>6}")
            for route, it in value.items():
                row = f"{it['requests']:6} {it['p50']:7.3f} {it['p95']:7.3f} {it['max']:7.3f} {it['kb']:6}"
                print(f"{route:60} {row}")
        elif name == "cost":
            print(
                f"cost of a request in processor ms at {value['learner_days']}: {value['cpu_ms']}"
            )
            grown = sorted(value["median_ms"].items(), key=lambda entry: -entry[1][1] / entry[1][0])
            for route, (small, large) in grown[:_SHOWN]:
                print(f"{route:60} {small:8.1f} {large:8.1f} ms alone")
        else:
            print(f"{name:20} {value}")
