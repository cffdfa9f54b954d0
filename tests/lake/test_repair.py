"""Lost and damaged files of a workspace are noticed, and made again from what is left of it."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from studium.config import Workspace
from studium.errors import StudiumError
from studium.lake import (
    LandReport,
    dump_partitions,
    event_partitions,
    find_damage,
    ledger_problem,
    quarantined,
    reconcile,
    refuse_damaged,
    repair,
    retract,
    retry_quarantined,
    status,
)
from studium.lake.ledger import open_ledger
from tests.lake.conftest import event, rows
from tests.lake.courses import ROOT, archive_of

Land = Callable[..., LandReport]
Harm = Callable[[Path], object]


def remove(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


@pytest.fixture
def log(workspace: Workspace, land_paths: Land, tmp_path: Path) -> Path:
    """A landed log with events of two days, duplicates and a line in quarantine."""
    path = tmp_path / "a.log"
    other_day = event(time="2099-03-11T10:00:00Z")
    path.write_bytes(b"\n".join([event(session="1"), event(session="1"), other_day, b"garbage"]))
    land_paths(path)
    return path


def outcome(workspace: Workspace) -> object:
    partitions = [(part.day, part.fingerprint) for part in event_partitions(workspace)]
    figures = status(workspace)
    counts = (figures.lines, figures.events, figures.duplicates, figures.quarantined)
    rejects = [(reject.line, reject.raw) for reject in quarantined(workspace)]
    return partitions, counts, rejects, rows(workspace, "session_id, event_time")


def files_of(workspace: Workspace, dataset: str) -> list[Path]:
    return sorted(path for path in (workspace.root / dataset).rglob("*") if path.is_file())


@pytest.mark.parametrize("dataset", ["lake/events", "lake/duplicates", "lake/quarantine"])
@pytest.mark.parametrize("harm", [remove, cut, flip])
def test_a_damaged_file_of_the_lake_is_noticed_and_made_again(
    workspace: Workspace, log: Path, dataset: str, harm: Harm
) -> None:
    expected = outcome(workspace)
    path = files_of(workspace, dataset)[0]
    harm(path)
    is_seen_by_size = harm is not flip
    assert [damage.path for damage in find_damage(workspace, every_byte=True)] == [path]
    assert [damage.path for damage in find_damage(workspace)] == [path] * is_seen_by_size
    if is_seen_by_size:
        with pytest.raises(StudiumError, match="doctor --repair"):
            refuse_damaged(workspace)
    done = repair(workspace)
    assert ([damage.path for damage in done.found], done.left) == ([path], [])
    assert find_damage(workspace, every_byte=True) == []
    assert outcome(workspace) == expected
    assert reconcile(workspace) == []


def test_landing_makes_lost_files_again(workspace: Workspace, log: Path, land_paths: Land) -> None:
    expected = outcome(workspace)
    lost = [files_of(workspace, f"lake/{name}")[0] for name in ("events", "quarantine")]
    for path in lost:
        path.unlink()
    report = land_paths(log)
    assert (report.repaired, report.unchanged) == ([str(path) for path in lost], 1)
    assert report.outdated == []
    assert outcome(workspace) == expected


def test_lost_quarantine_is_told_to_readers(workspace: Workspace, log: Path) -> None:
    files_of(workspace, "lake/quarantine")[0].unlink()
    with pytest.raises(StudiumError, match="doctor --repair"):
        quarantined(workspace)


@pytest.mark.parametrize("harm", [remove, cut, flip])
def test_a_damaged_raw_file_keeps_its_rows_until_it_is_landed_again(
    workspace: Workspace, log: Path, land_paths: Land, harm: Harm
) -> None:
    expected = outcome(workspace)
    raw = files_of(workspace, "landing")[0]
    whole = raw.read_bytes()
    harm(raw)
    damage = find_damage(workspace, every_byte=True)[0]
    assert (damage.path, damage.is_raw, str(log) in damage.fix) == (raw, True, True)
    report = retry_quarantined(workspace)
    assert [(path, "raw bytes" in reason) for path, reason in report.failed] == [(str(log), True)]
    assert outcome(workspace) == expected
    assert [damage.path for damage in repair(workspace).left] == [raw]
    assert land_paths(log).unchanged == 0
    assert raw.read_bytes() == whole
    assert find_damage(workspace, every_byte=True) == []
    assert outcome(workspace) == expected


def test_what_lost_its_rows_and_its_bytes_waits_for_the_original(
    workspace: Workspace, log: Path, land_paths: Land
) -> None:
    expected = outcome(workspace)
    for dataset in ("landing", "lake/events"):
        flip(files_of(workspace, dataset)[0])
    done = repair(workspace)
    assert [Path(path) for path, _ in done.landed.failed] == [log]
    assert "not landed" in reconcile(workspace)[0].problem
    land_paths(log)
    assert outcome(workspace) == expected
    assert reconcile(workspace) == []


def test_the_landing_is_not_trusted_because_of_its_names(
    workspace: Workspace, log: Path, land_paths: Land, tmp_path: Path
) -> None:
    raw = files_of(workspace, "landing")[0]
    flip(raw)
    (tmp_path / "copy.log").write_bytes(log.read_bytes())
    land_paths(tmp_path / "copy.log")
    assert raw.read_bytes() == log.read_bytes()


def test_a_retry_that_was_killed_is_done_by_the_next_landing(
    workspace: Workspace, log: Path, land_paths: Land
) -> None:
    sha256 = status(workspace).files[0].sha256
    with open_ledger(workspace) as ledger:
        ledger.execute("insert into due values (?)", (sha256,))
    assert status(workspace).lines == 4
    assert [file.sha256 for file in land_paths(log).landed] == [sha256]
    assert land_paths(log).landed == []


def damage_ledger(path: Path) -> None:
    path.write_bytes(b"no database " * 1000)


def damage_pages(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [remove, empty, damage_ledger, damage_pages])
def test_a_lost_ledger_is_told_by_everybody_and_made_again(
    workspace: Workspace, log: Path, land_paths: Land, harm: Harm
) -> None:
    expected = outcome(workspace)
    harm(workspace.ledger)
    calls: list[Callable[[], object]] = [
        lambda: status(workspace),
        lambda: event_partitions(workspace),
        lambda: reconcile(workspace),
        lambda: find_damage(workspace),
        lambda: quarantined(workspace),
        lambda: land_paths(log),
        lambda: retract(workspace, "a.log"),
        lambda: retry_quarantined(workspace),
    ]
    for call in calls:
        with pytest.raises(StudiumError, match=r"ledger is (missing|damaged).*doctor --repair"):
            call()
    assert ledger_problem(workspace) is not None
    done = repair(workspace)
    assert (done.is_ledger_new, done.left) == (True, [])
    assert outcome(workspace) == expected
    assert ledger_problem(workspace) is None
    if done.old_ledger:
        assert (workspace.root / done.old_ledger).exists()
    land_paths(log)
    assert [file.path for file in status(workspace).files] == [str(log)]


def test_a_new_ledger_counts_only_when_it_is_whole(
    workspace: Workspace, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = outcome(workspace)
    workspace.ledger.unlink()

    def stop(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("studium.lake.health.mending.land_all", stop)
        with pytest.raises(KeyboardInterrupt):
            repair(workspace)
    with monkeypatch.context() as patch:
        patch.setattr("studium.lake.ledger.os.getpid", lambda: -1)
        with pytest.raises(StudiumError, match="made anew, and that was stopped"):
            status(workspace)
        assert repair(workspace).is_ledger_new
    assert outcome(workspace) == expected


def test_a_lake_without_ledger_and_landing_is_left_alone(workspace: Workspace, log: Path) -> None:
    workspace.ledger.unlink()
    for path in files_of(workspace, "landing"):
        path.unlink()
    before = files_of(workspace, "lake")
    for call in (status, repair):
        with pytest.raises(StudiumError, match="Restore it and landing/ from a backup"):
            call(workspace)
    assert files_of(workspace, "lake") == before


def test_a_ledger_is_read_where_nothing_can_be_written(
    workspace: Workspace, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    before = {path: path.stat().st_mtime_ns for path in workspace.root.iterdir()}
    assert status(workspace).lines == 4
    assert {path: path.stat().st_mtime_ns for path in workspace.root.iterdir()} == before


def test_a_ledger_of_the_first_version_is_brought_up_to_date(
    workspace: Workspace, log: Path
) -> None:
    with sqlite3.connect(workspace.ledger) as ledger:
        for table in ("ignored", "due", "lake_files"):
            ledger.execute(f"drop table {table}")
        ledger.execute("pragma user_version = 1")
    assert status(workspace).lines == 4
    assert find_damage(workspace, every_byte=True) == []
    files_of(workspace, "lake/events")[0].unlink()
    assert len(find_damage(workspace)) == 1
    assert repair(workspace).left == []
    assert reconcile(workspace) == []


def test_tables_that_an_older_version_read_are_read_again(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    """The tables of courses had no last_index once; a build would not find the column."""
    body = '<course><chapter url_name="c"><html url_name="h">.</html></chapter></course>'
    folder = tmp_path / "mitx-2099-03-11"
    folder.mkdir()
    archive = archive_of({"course.xml": ROOT, "course/2T2099.xml": body})
    (folder / "MITx-1.00x-2T2099-course-prod-analytics.xml.tar.gz").write_bytes(archive)
    land_paths(folder)
    [part] = [part for part in dump_partitions(workspace) if part.dataset == "course_elements"]
    table = pq.ParquetFile(part.path).read()
    pq.write_table(table.drop_columns(["last_index"]), part.path)
    with open_ledger(workspace) as ledger:
        ledger.execute("update files set parser_version = 1")
        ledger.execute("delete from lake_files")
    with pytest.raises(StudiumError, match="is of an older version, and 3 more"):
        refuse_damaged(workspace)

    report = land_paths(folder)
    assert str(part.path) in report.outdated
    assert report.repaired == [], "nothing was lost"
    assert len(report.read_again) == 1

    assert find_damage(workspace) == []
    [part] = [part for part in dump_partitions(workspace) if part.dataset == "course_elements"]
    assert pq.ParquetFile(part.path).read().equals(table)
    again = land_paths(folder)
    assert (again.repaired, again.outdated) == ([], [])


def test_events_that_an_older_version_read_are_read_again(
    workspace: Workspace, land_paths: Land, log: Path
) -> None:
    """Version 2 gave a line the unknown fields of another where one between them had been repaired."""
    before = outcome(workspace)
    with open_ledger(workspace) as ledger:
        ledger.execute("update files set parser_version = 2")
    with pytest.raises(StudiumError, match="is of an older version"):
        refuse_damaged(workspace)
    assert len(land_paths(log).outdated) == 3
    assert find_damage(workspace) == []
    assert outcome(workspace) == before
