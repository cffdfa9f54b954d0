"""Whatever is moved into place was on the disk before, and the folder that names it is after.

Enters: real landings, publishes and audit records. Leaves: every fsync and rename that they made, in their order.
"""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from studium.config import Workspace, open_workspace, write_default_settings
from studium.lake.parsing import parse_task
from studium.lake.raw_bytes import store_stream
from studium.lake.tasks import Task
from studium.progress import Silent
from studium.publish import Clock, publish
from studium.serve.accounts.store import open_database
from tests.publish.conftest import MARTS, make_candidate

LINE = (
    b'{"event_type": "play_video", "event_source": "browser", "username": "a", "event": "{}",'
    b' "time": "2024-03-01T10:00:00+00:00", "context": {"course_id": "course-v1:A+B+C"}}\n'
)
Step = tuple[str, Path, Path | None]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    write_default_settings(tmp_path / "campus")
    return open_workspace(tmp_path / "campus", {})


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    """(flushed, a path) and (moved, from, to), as they happen."""
    seen: list[Step] = []
    flush, moves = os.fsync, {"rename": os.rename, "replace": os.replace}

    def fsync(descriptor: int) -> None:
        flush(descriptor)
        seen.append(("flushed", Path(os.readlink(f"/proc/self/fd/{descriptor}")), None))

    def noting(move: Callable[..., None]) -> Callable[..., None]:
        def moved(source: str, target: str, **more: int) -> None:
            move(source, target, **more)
            seen.append(("moved", Path(source), Path(target)))

        return moved

    monkeypatch.setattr(os, "fsync", fsync)
    for name, move in moves.items():
        monkeypatch.setattr(os, name, noting(move))
    return seen


def assert_durable(steps: list[Step], *targets: Path) -> None:
    """Each target was flushed before it moved there (a link has nothing to flush), and its folder after."""
    for target in targets:
        (place, source) = next(
            (place, source)
            for place, (kind, source, moved_to) in enumerate(steps)
            if kind == "moved" and moved_to == target
        )
        before = {path for kind, path, _ in steps[:place] if kind == "flushed"}
        after = {path for kind, path, _ in steps[place:] if kind == "flushed"}
        assert target.is_symlink() or source in before, f"{target} was moved before it was flushed"
        assert target.parent in after, f"{target.parent} was not flushed when {target.name} came"


def test_raw_bytes_are_on_the_disk_before_they_have_their_name(
    workspace: Workspace, tmp_path: Path, steps: list[Step]
) -> None:
    (tmp_path / "tracking.log").write_bytes(LINE)
    with (tmp_path / "tracking.log").open("rb") as stream:
        stored = store_stream(workspace, stream, [])

    assert_durable(steps, stored.path)


def test_parquet_is_on_the_disk_before_the_lake_names_it(
    workspace: Workspace, tmp_path: Path, steps: list[Step]
) -> None:
    (tmp_path / "tracking.log").write_bytes(LINE + b"no event\n")
    task = Task(
        "a" * 64, tmp_path / "tracking.log", workspace.lake, 1000, 100, False, "tracking_log"
    )

    parse_task(task, lambda count: None)

    written = sorted(workspace.lake.rglob("*.parquet"))
    assert {path.relative_to(workspace.lake).parts[0] for path in written} == {
        *("events", "quarantine")
    }
    assert_durable(steps, *written)


def test_a_release_is_on_the_disk_before_readers_get_it(
    workspace: Workspace, steps: list[Step]
) -> None:
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute(MARTS)
    clock = Clock(datetime(2024, 3, 4, 10, 15, tzinfo=UTC), date(2024, 3, 4))

    release = publish(workspace, make_candidate(), Silent(), clock).release

    assert_durable(steps, release.path, workspace.current)
    flushed = {path.name for kind, path, _ in steps if kind == "flushed"}
    assert {file.name for file in release.path.iterdir() if file.is_file()} <= flushed


def test_a_record_of_the_audit_is_on_the_disk_when_it_is_written(workspace: Workspace) -> None:
    """SQLite's FULL; with less, the last commits of a log may go with the power."""
    engine = open_database(workspace)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 2
