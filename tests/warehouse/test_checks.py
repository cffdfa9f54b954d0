"""Promises: all kept in a sound warehouse, found and shown where one is broken, described for people."""

from pathlib import Path

import duckdb
import pytest

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.progress import Silent
from studium.warehouse import catalogue, check, failing_rows
from tests.warehouse.warehouses import MARTS, build_all, land_paths, new_workspace

WORLD = Path(__file__).parents[1] / "world" / "tracking"


@pytest.fixture
def world(tmp_path: Path) -> Workspace:
    workspace = new_workspace(tmp_path)
    land_paths(workspace, WORLD)
    build_all(workspace)
    return workspace


def test_a_sound_warehouse_keeps_all_promises(world: Workspace) -> None:
    results = check(world, Silent())

    assert len(results) >= 15
    assert {(result.status, result.failures) for result in results} == {("pass", 0)}
    assert all(result.model for result in results)


def test_a_broken_promise_is_reported_with_its_rows(world: Workspace) -> None:
    with duckdb.connect(str(world.warehouse)) as connection:
        connection.execute("insert into marts.video from marts.video limit 1")
        connection.execute("delete from marts.event_types_daily where date = '2024-03-10'")

    broken = {result.name: result for result in check(world, Silent()) if result.failures}

    assert set(broken) == {"every_event_is_counted_once", "video_has_one_row_per_course_and_video"}
    assert {result.status for result in broken.values()} == {"fail"}
    assert broken["every_event_is_counted_once"].model == "event_types_daily"
    found = failing_rows(world, "every_event_is_counted_once")
    assert found.columns == ["date", "arrived_count", "counted_count"]
    assert [row[1:] for row in found.rows] == [(21, None)]


def test_an_unknown_check_is_misuse_that_names_the_known_ones(world: Workspace) -> None:
    check(world, Silent())

    with pytest.raises(MisuseError, match="Did you mean every_event_is_counted_once"):
        failing_rows(world, "every_event_is_counted_onc")


def test_nothing_built_cannot_be_checked(tmp_path: Path) -> None:
    with pytest.raises(StudiumError, match="studium build"):
        check(new_workspace(tmp_path), Silent())


def test_the_catalogue_describes_every_mart_and_column(world: Workspace) -> None:
    models = catalogue(world)

    assert tuple(model.name for model in models) == MARTS
    with duckdb.connect(str(world.warehouse), read_only=True) as connection:
        for model in models:
            assert model.grain.startswith("One row per ")
            assert model.tests
            assert model.sql
            assert model.depends_on
            assert all(column.description for column in model.columns)
            found = connection.execute(f"describe marts.{model.name}").fetchall()
            assert [row[0] for row in found] == [column.name for column in model.columns]
