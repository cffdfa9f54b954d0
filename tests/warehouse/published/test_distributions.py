"""Distributions and summaries that the Open edX analytics pipeline published, from ours.

Parameters: ../shared/specs/edx_insights.md §3. The inputs are not ours to copy: without them these
tests are skipped.
"""

import shutil
from datetime import date
from pathlib import Path

import pytest

from studium.config import Workspace
from studium.warehouse import Interval
from tests.warehouse.warehouses import (
    SHARED_DATA,
    build_all,
    land_paths,
    new_workspace,
    read_csv,
    texts_of,
)

FOLDER = SHARED_DATA / "edx_insights"
INPUT = FOLDER / "input"
TRENDS = Interval(date(2014, 7, 31), date(2014, 8, 7))

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"the acceptance files are not there: {FOLDER}"
)


def trends(folder: Path, *catalogue: str) -> Workspace:
    """The workspace of the enrollment tests, with files of a catalogue or without."""
    workspace = new_workspace(folder)
    saved = folder / "saved-2014-07-31"
    saved.mkdir()
    tables = ("load_auth_userprofile.sql", "load_grades_persistentcoursegrade.sql")
    for name in (*tables, *catalogue):
        shutil.copy(INPUT / name, saved / name)
    land_paths(workspace, INPUT / "enrollment_trends_tracking.log", saved)
    build_all(workspace, TRENDS)
    return workspace


@pytest.fixture(scope="module")
def with_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return trends(tmp_path_factory.mktemp("with"), "course_runs.json")


@pytest.mark.parametrize("by", ["gender", "birth_year", "education_level"])
def test_profiles_give_the_published_enrollment(by: str, with_catalogue: Workspace) -> None:
    mart = f"course_enrollment_{by}_daily"

    assert texts_of(with_catalogue, mart) == read_csv(FOLDER / f"expected/enrollments__{mart}.csv")


def test_catalogue_gives_the_published_summary(with_catalogue: Workspace) -> None:
    mart = "course_meta_summary_enrollment"

    wanted = read_csv(FOLDER / f"expected/enrollments__{mart}__with_catalog.csv")
    assert texts_of(with_catalogue, mart) == wanted


def test_every_mode_has_its_passing_learners(with_catalogue: Workspace) -> None:
    """The published table has five rows; a time of passing without a letter does not pass."""
    header, *rows = texts_of(with_catalogue, "course_grade_by_mode")

    assert header == ["course_id", "mode", "passing_users"]
    assert [row[2] for row in rows] == ["0", "0", "0", "2", "0"]


def test_summary_without_a_catalogue_is_the_published_one(tmp_path: Path) -> None:
    mart = "course_meta_summary_enrollment"

    wanted = read_csv(FOLDER / f"expected/enrollments__{mart}__no_catalog.csv")
    assert texts_of(trends(tmp_path), mart) == wanted


@pytest.mark.parametrize("compat", [False, True], ids=["fixed", "compat"])
def test_tags_give_the_published_distribution(compat: bool, tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    land_paths(workspace, INPUT / "tags_dist_acceptance_tracking.log")

    build_all(workspace, Interval(compat=compat))

    wanted = read_csv(FOLDER / "expected/tags__tags_distribution.csv")
    assert texts_of(workspace, "tags_distribution") == wanted


@pytest.mark.parametrize("compat", [False, True], ids=["fixed", "compat"])
def test_link_clicks_give_the_published_table(compat: bool, tmp_path: Path) -> None:
    """The log has equal lines, each of which the pipeline counted; without compat one of them counts."""
    mart = "lms_courseware_link_clicked_events"
    workspace = new_workspace(tmp_path)
    land_paths(workspace, INPUT / "lms_courseware_link_clicked_acceptance_tracking.log")

    build_all(workspace, Interval(compat=compat))

    header, *rows = texts_of(workspace, mart)
    if compat:
        assert [header, *rows] == read_csv(FOLDER / f"output/acceptance_expected_{mart}.csv")
    else:
        assert sorted(row[2:] for row in rows) == [
            ["2016-06-05", "1", "2"],
            ["2016-06-06", "1", "2"],
            ["2016-06-08", "1", "3"],
            ["2016-06-12", "1", "4"],
        ]
