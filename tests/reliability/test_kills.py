"""Killed with SIGKILL at random moments of land, build and publish: the end is as if nothing was."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from studium.config import open_workspace
from studium.publish import current_release
from tests.reliability.processes import (
    PROGRAM,
    Outcome,
    alive,
    done,
    kill_group,
    leftovers,
    outcome_of,
    partitions_of,
    start,
    studium,
    surroundings,
    until,
)


def soaked(seeds: Iterable[int]) -> list[Any]:
    """Two hundred kills and more, for `make soak`."""
    return [pytest.param(seed, marks=pytest.mark.soak) for seed in seeds]


# After which line of progress, and within how many seconds more, a kill comes.
EARLY = [("", 0.6), ("", 1.2), ("parse:", 0.6), ("parse:", 1.2), ("build:", 0.3)]
LATE = [("", 0.6), ("parse:", 0.8), ("check:", 0.05), ("check:", 0.05)]


@pytest.mark.parametrize("seed", [20240301, *soaked(range(25))])
def test_runs_killed_at_random_moments_end_like_one_that_was_not(
    logs: Path, expected: Outcome, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    root, source = tmp_path / "campus", tmp_path / "logs"
    files = sorted(logs.iterdir())
    source.mkdir()
    for file in files[:5]:
        shutil.copy2(file, source)
    done(root, "init", "--source", source)

    killed = [_killed_run(root, after, chance.uniform(0, most)) for after, most in EARLY]
    done(root, "run")
    shutil.copy2(files[5], source)
    killed += [_killed_run(root, after, chance.uniform(0, most)) for after, most in LATE]
    done(root, "run")

    assert sum(killed) >= 8
    assert leftovers(root) == []
    found = outcome_of(root)
    assert found.partitions == expected.partitions
    assert found.figures == expected.figures
    assert found.tables == expected.tables


def test_parsers_whose_parent_was_killed_end_by_themselves(
    logs: Path, expected: Outcome, tmp_path: Path
) -> None:
    root, mark = tmp_path / "campus", str(tmp_path)
    done(root, "init", "--source", logs)
    process = start(root, "land", mark=mark)
    until(lambda: list((root / "lake").glob(".tmp-*")))

    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)
    done(root, "land")

    until(lambda: not alive(mark), seconds=10)
    assert leftovers(root) == []
    assert partitions_of(root) == expected.partitions


def test_parsers_that_die_before_their_task_are_said(logs: Path, tmp_path: Path) -> None:
    """As where memory ran out while they started."""
    root = tmp_path / "campus"
    done(root, "init", "--source", logs)
    program = (
        "import studium.lake.workers as workers\nstart = workers._start\n"
        "def dead(limit):\n"
        "    worker = start(limit)\n    worker.process.kill()\n    worker.process.join()\n"
        f"    return worker\nworkers._start = dead\n{PROGRAM}"
    )
    ended = studium(root, "land", program=program)
    assert ended.returncode == 1, ended.stderr
    assert ended.stdout.count("its process was killed") == len(list(logs.iterdir()))
    assert "Traceback" not in ended.stderr
    done(root, "run")


def test_parsers_import_nothing_from_the_current_folder(logs: Path, tmp_path: Path) -> None:
    root, here = tmp_path / "campus", tmp_path / "data"
    here.mkdir()
    (here / "enum.py").write_text("open('imported', 'w')\nraise SystemExit")
    done(root, "init", "--source", logs)
    program = [Path(sys.executable).with_name("studium"), "--workspace", root, "land"]
    ended = subprocess.run(
        list(map(str, program)),
        env=surroundings(),
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (ended.returncode, ended.stderr.count("Error")) == (0, 0)
    assert [file.name for file in here.iterdir()] == ["enum.py"]


def _killed_run(root: Path, after: str, seconds: float) -> bool:
    """Run until a line of progress and some seconds more; whether the kill came before the end."""
    mark = f"{root} {time.monotonic_ns()}"
    process = start(root, "run", mark=mark)
    _read_until(process, after)
    time.sleep(seconds)
    was_running = kill_group(process)
    until(lambda: not alive(mark), seconds=10)
    _assert_release_is_whole(root)
    return was_running


def _read_until(process: subprocess.Popen[str], beginning: str) -> None:
    assert process.stderr is not None
    while beginning and (line := process.stderr.readline()):
        if line.startswith(beginning):
            return


def _assert_release_is_whole(root: Path) -> None:
    release = current_release(open_workspace(root, {}))
    if release is None:
        return
    with duckdb.connect(str(release.database), read_only=True) as connection:
        for table in release.manifest.tables:
            rows = connection.execute(f"select count(*) from {table.name}").fetchone()
            assert rows == (table.rows,)
