"""No hidden count of few people follows from all that is shown: every dataset at once, as linear equations."""

import numpy as np
import pytest

from studium.warehouse import ModelInfo
from tests.serve.conftest import make_workspace
from tests.serve.matrix.campus import models_of, rights_of
from tests.serve.matrix.institution import Cell, Institution, equations, make_institution
from tests.serve.matrix.oracle import Asker, permitted

LEAST = 10
SEEDS = range(12)  # 40 were tried; each takes seconds


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[ModelInfo]:
    return models_of(make_workspace(tmp_path_factory.mktemp("models") / "campus"))


def told(made: Institution) -> set[Cell]:
    """Hidden cells that the equations and all that is shown determine."""
    unknown = sorted(made.hidden, key=str)
    place = {cell: number for number, cell in enumerate(unknown)}
    rows = []
    for equation in equations(made):
        row = np.zeros(len(unknown))
        for cell, times in equation.items():
            if cell in place:
                row[place[cell]] += times
        if row.any():
            rows.append(row)
    if not rows:
        return set()
    _, sizes, directions = np.linalg.svd(np.array(rows))
    rank = int((sizes > 1e-9).sum())
    free = (
        np.abs(directions[rank:]).max(axis=0, initial=0)
        if rank < len(unknown)
        else np.zeros(len(unknown))
    )
    return {cell for cell, number in place.items() if free[number] < 1e-9}


@pytest.fixture(scope="module", params=SEEDS)
def made(models: list[ModelInfo], request: pytest.FixtureRequest) -> Institution:
    return make_institution(request.param, models)


def test_what_a_reader_knows_is_true(made: Institution) -> None:
    for equation in equations(made):
        assert sum(made.true[cell] * times for cell, times in equation.items()) == 0, equation


def test_each_dataset_hides_what_the_oracle_hides(
    made: Institution, models: list[ModelInfo]
) -> None:
    known = {model.name: model for model in models}
    viewer = Asker("institution_viewer", frozenset())
    for name, found in made.tables.items():
        columns = [column.name for column in known[name].columns]
        rows = [{column: row.get(column) for column in columns} for row in found]
        expected = permitted(rows, rights_of(known[name]), viewer, b"")
        assert expected is not None
        cells = {
            (name, column, tuple(row[part] for part in made.keys[name])): row[column]
            for row in expected
            for column in row
        }
        seen = {cell: value for cell, value in made.shown.items() if cell[0] == name}
        assert seen == {cell: cells[cell] for cell in seen}
        assert len(expected) == len({cell[2] for cell in seen})


def test_no_subtraction_tells_a_hidden_count(made: Institution) -> None:
    assert made.hidden
    small = {cell: made.true[cell] for cell in told(made) if 0 < made.true[cell] < LEAST}
    assert small == {}
