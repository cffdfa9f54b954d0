"""The tables that the Open edX analytics pipeline published from catalogue files, from ours.

Parameters: ../shared/specs/edx_insights.md §3. The files are not ours to copy: without them these
tests are skipped.
"""

import csv
import shutil
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
SAVED_ON = "2016-09-08"
CATALOGUE = ("courses.json", "course_runs.json", "programs.json")

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"the acceptance files are not there: {FOLDER}"
)


def land_inputs(workspace: Workspace, folder: Path, *names: str) -> None:
    """Land input files as if they had been saved on the day that the pipeline was told."""
    saved = folder / f"saved-{SAVED_ON}"
    saved.mkdir()
    for name in names:
        shutil.copy(FOLDER / "input" / name, saved / name)
    land_paths(workspace, saved)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("catalogue")
    workspace = new_workspace(folder)
    land_inputs(workspace, folder, *CATALOGUE, "course_list.json", "course_blocks.json")
    build_all(workspace, Interval())
    return workspace


@pytest.mark.parametrize(
    ("mart", "file"),
    [
        ("d_course", "output/acceptance_expected_d_course.csv"),
        ("d_course_seat", "output/acceptance_expected_d_course_seat.csv"),
        ("d_course_subjects", "output/acceptance_expected_d_course_subjects.csv"),
        ("d_program_course", "output/acceptance_expected_d_program_course.csv"),
        ("course_program_metadata", "expected/programs__course_program_metadata.csv"),
    ],
)
def test_catalogue_gives_the_published_tables(mart: str, file: str, catalogue: Workspace) -> None:
    header, *rows = read_csv(FOLDER / file)

    assert texts_of(catalogue, mart) == [header, *sorted(map(_with_plain_prices, rows))]


def _with_plain_prices(row: list[str]) -> list[str]:
    """Prices as `texts_of` writes numbers: 50, not 50.0."""
    return [text.removesuffix(".0") for text in row]
