"""The warehouse follows the lake's locations: another database builds again what depends on it, nothing else."""

from pathlib import Path

import duckdb
import msgspec
import pytest

from studium.config import GeographySettings, Workspace
from studium.progress import Silent
from studium.warehouse import Interval, build
from tests.lake.conftest import event
from tests.warehouse.warehouses import SHARED_DATA, build_all, land_paths, new_workspace, rows_of

CITIES = SHARED_DATA / "geo" / "GeoLite2-City-Test.mmdb"
COURSE = "course-v1:MITx+1.00x+2T2099"


@pytest.mark.skipif(not CITIES.is_file(), reason="the shared data is not here")
def test_another_database_builds_again_without_touching_a_date(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    log = tmp_path / "a.log"
    log.write_bytes(event(ip="81.2.69.160") + b"\n")
    land_paths(workspace, log)
    build_all(workspace)
    before = _cities(workspace)
    settings = msgspec.structs.replace(
        workspace.settings, geography=GeographySettings(database=str(CITIES))
    )

    report = build(Workspace(workspace.root, settings), Interval(), Silent())
    again = build(Workspace(workspace.root, settings), Interval(), Silent())

    assert before == [("81.2.69.160", "GB", None)]
    assert _cities(workspace) == [("81.2.69.160", "GB", "London")]
    assert report.models
    assert (report.touched_dates, report.is_full, again.models) == ((), False, ())


def test_of_equally_frequent_addresses_the_one_used_last_is_modal(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    log = tmp_path / "a.log"
    used = [("b", 1), ("a", 2), ("c", 3), (None, 4), (None, 5), ("b", 6), ("c", 7), ("a", 7)]
    log.write_bytes(
        b"\n".join(event(ip=ip, time=f"2099-03-1{day}T10:00:00+00:00") for ip, day in used) + b"\n"
    )
    land_paths(workspace, log)

    build_all(workspace)
    fixed = rows_of(workspace, "course_modal_ip")
    build_all(workspace, Interval(compat=True))
    compat = rows_of(workspace, "course_modal_ip")

    assert fixed == [(COURSE, "amy", "a", 2, 3)]
    assert compat == [(COURSE, "amy", ip, 2, 1) for ip in ("a", "b", "c", None)]


def _cities(workspace: Workspace) -> list[tuple[object, ...]]:
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        return connection.execute("select ip, country, city from lake.ip_locations").fetchall()
