"""A build that is killed, or that runs out of disk or memory, leaves nothing half done for the next one."""

import os
import resource
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import pytest

from studium.config import BuildSettings, Settings, Workspace
from studium.errors import MisuseError, StudiumError
from studium.lake import retract
from studium.progress import Silent
from studium.warehouse import Interval, build
from tests.running import Place, Prepared, kept
from tests.warehouse.warehouses import all_marts, build_all, land_paths, new_workspace, tracking

ROOT = Path(__file__).parents[2]
WORLD = ROOT / "tests" / "world" / "tracking"


@pytest.mark.parametrize("models", [1, 7, 15])
def test_a_killed_build_is_done_again(models: int, tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "killed")

    for path in (WORLD / "web1.log", WORLD):
        land_paths(workspace, path)
        assert _build_apart(_build_until_killed, workspace, models) == -signal.SIGKILL
    build_all(workspace)

    assert all_marts(workspace) == all_marts(Workspace(kept(tracking), Settings()))


def test_a_killed_increment_is_done_again(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "killed")
    land_paths(workspace, WORLD / "web1.log", WORLD / "late.log")
    build_all(workspace)

    land_paths(workspace, WORLD)
    assert _build_apart(_build_until_killed, workspace, 6) == -signal.SIGKILL
    retract(workspace, "late.log")
    assert _build_apart(_build_until_killed, workspace, 3) == -signal.SIGKILL
    report = build_all(workspace)
    expected = new_workspace(tmp_path / "expected")
    land_paths(expected, *(file for file in sorted(WORLD.iterdir()) if file.name != "late.log"))
    build_all(expected)

    assert not report.is_full
    assert all_marts(workspace) == all_marts(expected)


def test_too_little_memory_is_a_clear_error(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    land_paths(workspace, WORLD)
    little = BuildSettings(memory_limit_mb=1)
    poor = Workspace(workspace.root, msgspec.structs.replace(Settings(), build=little))

    with pytest.raises(StudiumError, match=r"memory.*build\.memory_limit_mb") as refusal:
        build(poor, Interval(), Silent())

    assert refusal.value.exit_code == 1
    assert build_all(workspace).is_full


def test_a_full_disk_is_a_clear_error(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    land_paths(workspace, WORLD / "web1.log")
    build_all(workspace)
    land_paths(workspace, WORLD)

    assert _build_apart(_build_on_full_disk, workspace, 64) == StudiumError.exit_code

    assert build_all(workspace).touched_dates


def test_an_interval_that_ends_before_it_begins_is_misuse(tmp_path: Path) -> None:
    with pytest.raises(MisuseError, match="2024-02-01"):
        build_all(new_workspace(tmp_path), Interval(date(2024, 3, 1), date(2024, 2, 1)))


class _KilledAfter(Silent):
    """Ends its process, as a power cut would, when so many models are done."""

    def __init__(self, models: int) -> None:
        self._left = models

    def advance(self, amount: float) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _build_until_killed(workspace: Workspace, models: int) -> None:
    build(workspace, Interval(), _KilledAfter(models))


def _build_on_full_disk(workspace: Workspace, kilobytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes << 10, kilobytes << 10))
    try:
        build(workspace, Interval(), Silent())
    except StudiumError as error:
        sys.exit(error.exit_code if "disk" in error.problem else 99)


def _build_apart(how: Callable[[Workspace, int], None], workspace: Workspace, number: int) -> int:
    program = (
        f"from {__name__} import {how.__name__} as build\n"
        "from pathlib import Path\nfrom studium.config import Settings, Workspace\n"
        f"build(Workspace(Path({str(workspace.root)!r}), Settings()), {number})"
    )
    process = Prepared([], Place(ROOT, dict(os.environ)), program=program)
    process.communicate(timeout=200)
    return process.returncode
