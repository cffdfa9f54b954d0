"""The raw bytes, and a copy of what the ledger alone knows of them, are enough to make the ledger again."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from studium.config import Workspace
from studium.lake import (
    LandReport,
    dump_partitions,
    event_partitions,
    reconcile,
    repair,
    retract,
    status,
)
from studium.lake.health.arrivals import keep_arrivals
from studium.lake.ledger import read_ledger
from tests.lake.conftest import event

Land = Callable[..., LandReport]
USERS = b"id\tusername\n1\tamy\n2\tbob\n"


@pytest.fixture
def campus(workspace: Workspace, land_paths: Land, tmp_path: Path) -> Workspace:
    """A log that grew, one that was taken back, a package, a file that was none; landed in four runs."""
    log, other, junk = tmp_path / "a.log", tmp_path / "b.log", tmp_path / "c.txt"
    folder = tmp_path / "TestX-T1-2024-2024-03-01"
    folder.mkdir()
    log.write_bytes(event(session="1") + b"\n")
    junk.write_bytes(b"no log\n")
    land_paths(log)
    log.write_bytes(event(session="1") + b"\n" + event(session="2") + b"\n")
    land_paths(tmp_path / "a.log")
    other.write_bytes(event(session="3") + b"\n")
    land_paths(other, log)
    (folder / "TestX-T1-2024-auth_user-prod-analytics.sql").write_bytes(USERS)
    land_paths(folder)
    retract(workspace, "b.log")
    return workspace


class Known(NamedTuple):
    said: dict[str, list[tuple[object, ...]]]
    counted: object


def known(workspace: Workspace) -> Known:
    """All that the ledger says, and what of the lake counts."""
    tables = ("files", "origins", "deliveries", "archives", "ignored", "rejects", "partitions")
    with read_ledger(workspace) as ledger:
        said = {
            table: [tuple(row) for row in ledger.execute(f"select * from {table} order by 1, 2")]
            for table in (*tables, "dump_parts", "lake_files", "event_types")
        }
    assert reconcile(workspace) == []
    return Known(said, (dump_partitions(workspace), event_partitions(workspace), status(workspace)))


def test_a_lost_ledger_is_made_again_as_it_was(campus: Workspace) -> None:
    expected = known(campus)
    assert {file.format for file in status(campus).files} > {"tracking_log"}
    campus.ledger.unlink()
    for ending in ("-wal", "-shm"):
        Path(f"{campus.ledger}{ending}").unlink(missing_ok=True)

    done = repair(campus)

    assert (done.is_ledger_new, done.left) == (True, [])
    now = known(campus)
    for table, rows in expected.said.items():
        assert now.said[table] == rows, table
    assert now == expected


@pytest.mark.parametrize("copy", [None, b"", b"0\n{}\n", b'\xff\x00\n{"files": 1}'])
def test_without_the_copy_a_package_is_named_not_passed_over(
    campus: Workspace, copy: bytes | None
) -> None:
    campus.ledger.unlink()
    campus.arrivals.unlink()
    if copy is not None:
        campus.arrivals.write_bytes(copy)

    done = repair(campus)

    assert [damage.problem for damage in done.left] == [
        "is a table of a data package, and its name is lost with the ledger"
    ]


def test_raw_files_that_are_gone_or_changed_are_named_with_their_origin(campus: Workspace) -> None:
    raw = {path.name[:64]: path for path in campus.landing.glob("*/*")}
    delivered = next(file for file in status(campus).files if file.dump_date)
    log = next(file for file in status(campus).files if not file.dump_date)
    raw[delivered.content].unlink()
    raw[log.content].write_bytes(b"{}\n")
    campus.ledger.unlink()

    done = repair(campus)

    found = {damage.fix: damage.problem for damage in done.left if damage.is_raw}
    assert found == {
        f"Land the original again: studium land {delivered.path}": "is gone",
        f"Land the original again: studium land {log.path}": "has changed since it was landed",
    }
    assert not raw[log.content].exists()


def test_a_copy_that_says_the_same_is_not_written_again(
    campus: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    before = campus.arrivals.stat().st_mtime_ns
    land_paths(tmp_path / "a.log")
    assert campus.arrivals.stat().st_mtime_ns == before


def test_a_stop_while_the_copy_is_written_leaves_no_half_of_it(
    campus: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = campus.arrivals.read_bytes()
    campus.arrivals.write_bytes(b"an older one\n")

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        keep_arrivals(campus)
    monkeypatch.undo()

    assert campus.arrivals.read_bytes() == b"an older one\n"
    assert list(campus.scratch.glob("storing-*")) == []
    keep_arrivals(campus)
    assert campus.arrivals.read_bytes() == before
