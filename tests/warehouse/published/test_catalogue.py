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


def test_blocks_give_the_published_walk(catalogue: Workspace) -> None:
    lines = _part_lines("course_blocks")
    header, *rows = texts_of(catalogue, "course_blocks")

    assert header[4:7] == ["is_root", "is_orphan", "is_dag"]
    flags = {"True": "1", "False": "0"}
    assert (
        sorted([*row[:4], *(flags[flag] for flag in row[4:7]), *row[7:]] for row in rows) == lines
    )


def test_course_list_gives_the_published_table(catalogue: Workspace) -> None:
    lines = [[text.removesuffix(".000000") for text in line] for line in _part_lines("course_list")]
    _, *rows = texts_of(catalogue, "course_list")

    assert rows == lines


def _part_lines(name: str) -> list[list[str]]:
    parts = sorted((FOLDER / "output" / name).glob("part-*"))
    texts = [line for part in parts for line in part.read_text(encoding="utf-8").splitlines()]
    return sorted(line.split("\t") for line in texts)


def test_structures_give_the_published_table(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    saved = tmp_path / f"saved-{SAVED_ON}"
    saved.mkdir()
    raw = sorted((FOLDER / "input" / "course_structure_raw").glob("*.json"))
    for number, file in enumerate(raw):
        shutil.copy(file, saved / f"Org-Course{number}-Run-course_structure-prod.json")
    land_paths(workspace, saved)
    build_all(workspace, Interval())

    with (FOLDER / "output/acceptance_expected_course_structure.tsv").open(encoding="utf-8") as tsv:
        header, *rows = csv.reader(tsv, delimiter="\t", quoting=csv.QUOTE_NONE)
    wanted = [header, *sorted([r"\N" if text == "None" else text for text in row] for row in rows)]
    assert texts_of(workspace, "course_structure") == wanted
