"""Killed at any moment, or read while it moves: one release or the other, never a mix."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from studium.config import Workspace
from studium.publish import current_release, query, releases
from tests.publish.conftest import publish_now

ROOT = Path(__file__).parents[2]

# Both tables get the same rows in one transaction: a release with different counts is a mix.
PUBLISHER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import duckdb
from studium.config import open_workspace
from studium.progress import Silent
from studium.publish import Clock, publish
from tests.publish.conftest import make_candidate, make_clock
workspace = open_workspace(Path(sys.argv[1]), {})
print("ready", flush=True)
for number in range(int(sys.argv[2])):
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute(
            "begin; insert into marts.left_side select uuid()::varchar from range(2000);"
            "insert into marts.right_side select uuid()::varchar from range(2000); commit"
        )
    publish(workspace, make_candidate(), Silent(), Clock(datetime.now(UTC), make_clock().today))
"""
SIDES = (
    "create table marts.left_side as select 'a' as id; "
    "create table marts.right_side as select 'a' as id"
)
COUNTS = "select (select count(*) from left_side), (select count(*) from right_side)"


def start(workspace: Workspace, times: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, str(workspace.root), str(times)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def counts(workspace: Workspace) -> tuple[int, int]:
    with query(workspace, COUNTS) as answer:
        left, right = next(answer.rows())
    return left, right


def test_readers_see_the_old_or_the_new_release(
    workspace: Workspace, change: Callable[[str], None]
) -> None:
    change(SIDES)
    publish_now(workspace)
    seen = []
    with start(workspace, 15) as process:
        while process.poll() is None:
            left, right = counts(workspace)
            assert left == right
            seen.append(left)
    assert process.returncode == 0
    assert seen == sorted(seen)
    assert counts(workspace) == (30_001, 30_001)
    assert len(releases(workspace)) == workspace.settings.publish.keep_releases


def test_killed_publishes_leave_a_whole_release(
    workspace: Workspace, change: Callable[[str], None]
) -> None:
    change(SIDES)
    publish_now(workspace)
    chance = random.Random(7)
    for _ in range(12):
        with start(workspace, 1000) as process:
            time.sleep(chance.uniform(0.0, 0.4))
            process.kill()
        left, right = counts(workspace)
        assert left == right
    publish_now(workspace, second=59)
    release = current_release(workspace)
    assert release is not None
    rows = {table.name: table.rows for table in release.manifest.tables}
    assert counts(workspace) == (rows["left_side"], rows["right_side"])
    hidden = [entry.name for entry in workspace.releases.iterdir() if entry.name.startswith(".")]
    assert hidden == []
    assert list(workspace.root.glob(".current-*")) == []
