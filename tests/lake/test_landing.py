"""Raw bytes are kept once; files that grow, break or return count once; failed reading costs one file."""

import bz2
import gzip
import os
import random
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studium.config import Settings, Workspace
from studium.errors import MisuseError, StudiumError
from studium.lake import (
    LandReport,
    event_partitions,
    land,
    quarantined,
    reconcile,
    retract,
    retry_quarantined,
    status,
)
from studium.sources import find_files
from tests.lake.conftest import event, rows

Land = Callable[..., LandReport]


def events(count: int, start: int = 0) -> list[bytes]:
    return [event(session=str(number)) for number in range(start, start + count)]


def sessions(workspace: Workspace) -> list[int]:
    return sorted(int(row[0]) for row in rows(workspace, "session_id"))


def lake_files(workspace: Workspace) -> set[Path]:
    datasets = ("events", "duplicates")
    return {path for name in datasets for path in (workspace.lake / name).rglob("*.parquet")}


def named_files(workspace: Workspace) -> set[Path]:
    partitions = event_partitions(workspace)
    lists = {partition.duplicates for partition in partitions if partition.duplicates}
    return lists | {path for partition in partitions for path in partition.paths}


@pytest.mark.parametrize(
    "compress",
    [
        lambda data: data,
        lambda data: gzip.compress(data[:100]) + gzip.compress(data[100:]) + b"\0" * 512,
        lambda data: zstandard.compress(data[:100]) + zstandard.compress(data[100:]),
        lambda data: bz2.compress(data[:100]) + bz2.compress(data[100:]),
    ],
    ids=["plain", "gzip", "zstd", "bzip2"],
)
def test_compression_is_recognised_by_content(
    workspace: Workspace, land_paths: Land, tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "any.name"
    path.write_bytes(compress(b"\n".join(events(20))))
    land_paths(path)
    assert sessions(workspace) == list(range(20))
    raw = [stored for stored in workspace.landing.rglob("*") if stored.is_file()]
    assert [stored.read_bytes() for stored in raw] == [path.read_bytes()]


def test_landing_twice_lands_once(workspace: Workspace, land_paths: Land, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"\n".join(events(5)))
    first = land_paths(tmp_path / "a.log")
    (tmp_path / "b.log").write_bytes(b"\n".join(events(5)))
    again = land_paths(tmp_path / "a.log", tmp_path / "b.log")
    assert (len(first.landed), again.unchanged, len(again.landed)) == (1, 1, 0)
    assert [Path(path).name for path, _ in again.recognised] == ["b.log"]
    assert (status(workspace).lines, sessions(workspace)) == (5, list(range(5)))


def test_a_truncated_archive_gives_its_lines_until_the_whole_one_comes(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    noise = random.Random(1)
    lines = [event(session=str(number), note=noise.randbytes(200).hex()) for number in range(400)]
    whole = gzip.compress(b"\n".join(lines))
    (tmp_path / "cut.log.gz").write_bytes(whole[: len(whole) // 2])
    report = land_paths(tmp_path / "cut.log.gz")
    part = sessions(workspace)
    assert report.landed[0].state == "partial"
    assert part == list(range(len(part)))
    assert 50 < len(part) < 400
    (tmp_path / "whole.log.gz").write_bytes(whole)
    report = land_paths(tmp_path / "whole.log.gz")
    assert [Path(path).name for path in report.superseded] == ["cut.log.gz"]
    assert sessions(workspace) == list(range(400))
    assert (status(workspace).lines, status(workspace).duplicates) == (400, 0)


def test_a_growing_file_is_landed_again_and_again(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    path = tmp_path / "today.log"
    text = b"\n".join(events(30)) + b"\n"
    for share in (100, 1000, 1500, len(text)):
        path.write_bytes(text[:share])
        os.utime(path, ns=(share, share))
        land_paths(path)
    assert sessions(workspace) == list(range(30))
    figures = status(workspace)
    assert (len(figures.files), figures.lines, figures.quarantined, figures.duplicates) == (
        1,
        30,
        0,
        0,
    )
    assert reconcile(workspace) == []


def test_a_shorter_version_that_comes_late_does_not_count(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    text = b"\n".join(events(30)) + b"\n"
    for folder, share in (("new", len(text)), ("old", 1000)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "today.log").write_bytes(text[:share])
        land_paths(tmp_path / folder)
    assert (status(workspace).lines, sessions(workspace)) == (30, list(range(30)))


def test_duplicates_count_once_and_come_back_with_a_retraction(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    (tmp_path / "a.log").write_bytes(b"\n".join(events(4) + events(2)))
    (tmp_path / "b.log").write_bytes(b"\n".join([b"prefix " + line for line in events(4, start=2)]))
    land_paths(tmp_path / "a.log", tmp_path / "b.log")
    figures = status(workspace)
    assert (figures.lines, figures.events, figures.duplicates) == (10, 6, 4)
    assert sessions(workspace) == list(range(6))
    assert retract(workspace, "a.log").lines == 6
    assert (sessions(workspace), status(workspace).duplicates) == ([2, 3, 4, 5], 0)
    assert lake_files(workspace) == named_files(workspace)
    land_paths(tmp_path / "a.log")
    assert sessions(workspace) == list(range(6))
    assert reconcile(workspace) == []


def test_a_retracted_file_stays_away_from_its_folder(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.log").write_bytes(b"\n".join(events(4)))
    land_paths(tmp_path / "logs")
    retract(workspace, "a.log")
    land_paths(tmp_path / "logs")
    assert sessions(workspace) == []


def test_retracting_an_unknown_file_names_the_nearest(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    (tmp_path / "tracking.log").write_bytes(event())
    land_paths(tmp_path / "tracking.log")
    with pytest.raises(
        StudiumError, match=r"Did you mean tracking\.log\? `studium status --files`"
    ):
        retract(workspace, "traking.log")


def test_a_child_that_runs_out_of_memory_costs_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studium.lake.workers.RESERVED_MB", 1200)
    limits = Settings().landing
    workspace = Workspace(tmp_path / "w", Settings(landing=type(limits)(memory_limit_mb=256)))
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "huge.log").write_bytes((b"prefix " + event() + b"\n") * 300_000)
    (tmp_path / "logs" / "good.log").write_bytes(b"\n".join(events(3)))
    report = land(workspace, find_files(workspace, [tmp_path / "logs"]))
    assert sessions(workspace) == [0, 1, 2]
    assert [Path(path).name for path, _ in report.failed] == ["huge.log"]
    assert "\n" not in report.failed[0][1]
    assert [Path(mismatch.where).name for mismatch in reconcile(workspace)] == ["huge.log"]


def test_a_child_that_takes_too_long_costs_its_own_file(tmp_path: Path) -> None:
    limits = Settings().landing
    workspace = Workspace(tmp_path / "w", Settings(landing=type(limits)(time_limit_seconds=1)))
    (tmp_path / "slow.log").write_bytes(b"\n".join([b"prefix " + line for line in events(300_000)]))
    report = land(workspace, find_files(workspace, [tmp_path / "slow.log"]))
    assert "took longer than 1 s" in report.failed[0][1]


def test_retrying_the_quarantine_changes_nothing_without_new_rules(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    (tmp_path / "a.log").write_bytes(b"\n".join([*events(3), b"garbage"]))
    land_paths(tmp_path / "a.log")
    before = (sessions(workspace), quarantined(workspace))
    retry_quarantined(workspace)
    assert (sessions(workspace), quarantined(workspace)) == before


def test_a_lost_parquet_file_is_noticed(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    (tmp_path / "a.log").write_bytes(b"\n".join(events(3)))
    land_paths(tmp_path / "a.log")
    next((workspace.lake / "events").rglob("*.parquet")).unlink()
    assert "is gone" in reconcile(workspace)[0].problem


def test_wrong_paths_are_refused(workspace: Workspace, land_paths: Land, tmp_path: Path) -> None:
    with pytest.raises(MisuseError, match="no such file"):
        land_paths(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StudiumError, match="folder is empty"):
        land_paths(tmp_path / "empty")
    (tmp_path / "empty" / "notes.txt").write_text("no log\n")
    with pytest.raises(StudiumError, match="no tracking log and no data package among 1 files"):
        land_paths(tmp_path / "empty")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0\xff\xfe" * 100)
    with pytest.raises(StudiumError, match="binary"):
        land_paths(tmp_path / "picture.png")


def test_a_folder_named_like_a_file_is_a_folder(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    (tmp_path / "tracking.log").mkdir()
    (tmp_path / "tracking.log" / "a").write_bytes(event(session="1"))
    land_paths(tmp_path / "tracking.log")
    assert sessions(workspace) == [1]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_split_and_order_gives_the_same_lake(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Lines in = lines out; the lake's events and fingerprints depend on the lines alone."""
    lines = events(40) + events(10) + [b"broken {", b"# comment"]
    order = data.draw(st.permutations(lines))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(lines)), max_size=4)))
    root = tmp_path_factory.mktemp("split")
    workspace = Workspace(root / "workspace", Settings())
    for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(lines)], strict=True)):
        if start < end:
            path = root / f"{number}.log"
            path.write_bytes(b"\n".join(order[start:end]))
            land(workspace, find_files(workspace, [path]))
    figures = status(workspace)
    assert sessions(workspace) == list(range(40))
    assert (figures.events, figures.duplicates, figures.quarantined) == (40, 10, 2)
    assert reconcile(workspace) == []


def test_a_flipped_byte_costs_only_what_lies_behind_it(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    noise = random.Random(2)
    lines = [event(session=str(number), note=noise.randbytes(200).hex()) for number in range(400)]
    whole = gzip.compress(b"\n".join(lines))
    for name, position in (("crc", len(whole) - 6), ("flip", len(whole) // 2)):
        damaged = bytearray(whole)
        damaged[position] ^= 0xFF
        (tmp_path / f"{name}.log.gz").write_bytes(damaged)
        report = land_paths(tmp_path / f"{name}.log.gz")
        assert report.landed[0].state == "partial", name
        assert report.landed[0].rows >= (399 if name == "crc" else 100), name


def test_a_reused_name_supersedes_nothing(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    path = tmp_path / "tracking.log.gz"
    noise = random.Random(3)
    lines = [event(session=str(number), note=noise.randbytes(200).hex()) for number in range(300)]
    path.write_bytes(gzip.compress(b"\n".join(lines))[:-2000])
    land_paths(path)
    first = len(sessions(workspace))
    path.write_bytes(gzip.compress(b"\n".join(events(5000, start=1000))))
    land_paths(path)
    assert len(sessions(workspace)) == first + 5000


def test_an_earlier_version_can_come_back_after_a_retraction(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    path = tmp_path / "a.log"
    for count in (10, 30):
        path.write_bytes(b"\n".join(events(count)) + b"\n")
        land_paths(path)
    retract(workspace, "a.log")
    path.write_bytes(b"\n".join(events(10)) + b"\n")
    land_paths(path)
    assert sessions(workspace) == list(range(10))


@pytest.mark.parametrize(
    "compress",
    [gzip.compress, zstandard.compress, bz2.compress],
    ids=["gzip", "zstd", "bzip2"],
)
@pytest.mark.parametrize("garbage", [b"\n", b"sha256: 1f8b", b"\0" * 600_000 + b"\x1f"])
def test_bytes_after_an_archive_cost_no_line_of_it(
    workspace: Workspace,
    land_paths: Land,
    tmp_path: Path,
    compress: Callable[[bytes], bytes],
    garbage: bytes,
) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(compress(events(1)[0] + b"\n") + compress(b"\n".join(events(3, 1))) + garbage)
    landed = land_paths(path).landed[0]
    assert sessions(workspace) == [0, 1, 2, 3]
    assert landed.state == "landed"
    assert "follows its end" in (landed.damage or "")
    assert reconcile(workspace) == []


def test_frames_that_zstd_skips_are_no_garbage(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    skipped = b"\x5a\x2a\x4d\x18" + (7).to_bytes(4, "little") + b"padding"
    path = tmp_path / "a.log"
    path.write_bytes(
        zstandard.compress(events(1)[0]) + skipped + zstandard.compress(b"\n" + events(2)[1])
    )
    landed = land_paths(path).landed[0]
    assert (sessions(workspace), landed.damage) == ([0, 1], None)


def test_settings_of_children_are_not_left_behind(
    land_paths: Land, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    monkeypatch.delenv("ARROW_DEFAULT_MEMORY_POOL", raising=False)
    before = dict(os.environ)
    (tmp_path / "tracking.log").write_bytes(event())
    assert land_paths(tmp_path / "tracking.log").landed[0].rows == 1
    assert dict(os.environ) == before


def test_threads_may_land_at_once(tmp_path: Path) -> None:
    (tmp_path / "tracking.log").write_bytes(event())

    def landed(number: int) -> int:
        workspace = Workspace(tmp_path / str(number), Settings())
        return land(workspace, find_files(workspace, [tmp_path / "tracking.log"])).landed[0].rows

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(landed, range(8))) == [1] * 8


def test_a_server_that_cannot_be_reached_costs_no_file(land_paths: Land, tmp_path: Path) -> None:
    """Who cleans temporary folders removes its socket, too."""
    for name in ("first", "second"):
        (tmp_path / f"{name}.log").write_bytes(event(session=name))
    assert land_paths(tmp_path / "first.log").failed == []
    server: Any = forkserver._forkserver
    os.unlink(server._forkserver_address)
    report = land_paths(tmp_path / "second.log")
    os.kill(server._forkserver_pid, signal.SIGKILL)  # the next landing starts another
    assert report.failed == []
    assert report.landed[0].rows == 1
