"""Serving under load: seconds per route with many clients, also while a release is published; cost by size.

Enters: `load --learners N --learner-days M`. Leaves: tables on stdout and, with `--json FILE`, all figures.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.serving.addresses import Visits
from benchmarks.serving.clients import Answer, Crowd
from benchmarks.serving.invented import Size, invent, publish_again
from benchmarks.serving.server import Running, running
from studium.config import Workspace, open_workspace
from studium.serve import Role

_GOOD = {200, 303}
_SHOWN = 20
_Figures = dict[str, dict[str, float]]


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
    parser.add_argument(
        "--role",
        dest="roles",
        type=Role,
        action="append",
        help="as whom clients ask, again for more than one; all roles in turn by default",
    )
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
    roles = arguments.roles or list(Role)
    with running(workspace, arguments.workers, roles, visits.courses) as server:
        crowd = Crowd(arguments.clients, arguments.pause, server.address, server.tokens)
        crowd.visit(visits, _after(30))  # each process reads its first pages from the disk
        quiet = crowd.visit(visits, _after(arguments.seconds))
        figures: dict[str, Any] = {"routes": len(visits.routes), "quiet": _summary(quiet)}
        figures |= {"by_role": _by_role(quiet), "by_route": _by_route(quiet)}
        if not arguments.no_publish:
            publishing = _publish(workspace)
            busy = crowd.visit(visits, lambda: publishing.poll() is not None)
            busy += crowd.visit(visits, _after(10))  # the new release is opened and read first
            figures |= {
                "publishing": _summary(busy),
                "publishing_by_role": _by_role(busy),
                "publishing_by_route": _by_route(busy),
            }
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
        with running(workspace, 1, [Role.ADMINISTRATOR], visits.courses) as server:
            crowd = Crowd(1, 0, server.address, server.tokens)
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
            for route, of_route in _grouped(answers, lambda it: it.visit.route).items()
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
    wrong = [it for it in answers if it.status not in _GOOD and not it.is_refused]
    return {
        **_times(answers),
        "errors": len(wrong),
        "wrong": sorted({f"{it.status} {it.visit.path} as {it.role}" for it in wrong})[:_SHOWN],
    }


def _by_role(answers: Iterable[Answer]) -> _Figures:
    return _slowest_first(_grouped(answers, lambda it: it.role))


def _by_route(answers: Iterable[Answer]) -> _Figures:
    return _slowest_first(_grouped(answers, lambda it: it.visit.route))


def _slowest_first(groups: Mapping[str, Sequence[Answer]]) -> _Figures:
    found = {name: _times(group) for name, group in groups.items()}
    return dict(sorted(found.items(), key=lambda entry: -entry[1]["p95"]))


def _times(answers: Sequence[Answer]) -> dict[str, float]:
    """Seconds of what was answered; refusals, which are quick, are counted beside it."""
    answered = [it for it in answers if not it.is_refused]
    seconds = sorted(it.seconds for it in answered) or [0.0]
    return {
        "requests": len(answered),
        "refused": len(answers) - len(answered),
        "p50": round(_quantile(seconds, 0.5), 3),
        "p95": round(_quantile(seconds, 0.95), 3),
        "max": round(seconds[-1], 3),
        "kb": round(sum(it.size for it in answered) / len(seconds) / 1000),
    }


def _grouped(answers: Iterable[Answer], kind: Callable[[Answer], str]) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        found.setdefault(kind(answer), []).append(answer)
    return found


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _show(figures: dict[str, Any]) -> None:
    for name, value in figures.items():
        if name.endswith(("by_role", "by_route")):
            print(f"\n{name:60} {'n':>6} {'refused':>7} {'p50':>7} {'p95':>7} {'max':>7} {'kB':>6}")
            for group, it in value.items():
                row = f"{it['requests']:6} {it['refused']:7} {it['p50']:7.3f} {it['p95']:7.3f} {it['max']:7.3f}"
                print(f"{group:60} {row} {it['kb']:6}")
        elif name == "cost":
            print(
                f"cost of a request in processor ms at {value['learner_days']}: {value['cpu_ms']}"
            )
            grown = sorted(value["median_ms"].items(), key=lambda entry: -entry[1][1] / entry[1][0])
            for route, (small, large) in grown[:_SHOWN]:
                print(f"{route:60} {small:8.1f} {large:8.1f} ms alone")
        else:
            print(f"{name:20} {value}")
