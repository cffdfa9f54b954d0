"""No hidden count of few people follows from all that is shown: every dataset at once, as linear equations."""

import random

import duckdb
import numpy as np
import pytest

from studium.serve.rights import Principal, Role, guard_query
from studium.vocabulary import Table, TableColumn
from tests.serve.conftest import make_workspace
from tests.serve.matrix.campus import models_of
from tests.serve.matrix.equations import equations
from tests.serve.matrix.institution import (
    Cell,
    Institution,
    institution_of,
    make_institution,
    make_person,
)
from tests.serve.matrix.oracle import Asker, permitted

LEAST = 10
SEEDS = range(12)  # 40 were tried; each takes seconds


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[Table]:
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
def made(models: list[Table], request: pytest.FixtureRequest) -> Institution:
    return make_institution(request.param, models)


def test_what_a_reader_knows_is_true(made: Institution) -> None:
    for equation in equations(made):
        assert sum(made.true[cell] * times for cell, times in equation.items()) == 0, equation


def test_each_dataset_hides_what_the_oracle_hides(made: Institution, models: list[Table]) -> None:
    known = {model.name: model for model in models}
    viewer = Asker("institution_viewer", frozenset())
    for name, found in made.tables.items():
        columns = [column.name for column in known[name].columns]
        rows = [{column: row.get(column) for column in columns} for row in found]
        rights, parts = known[name].rights, made.parts.get(name)
        expected = permitted(rows, rights, viewer, b"", parts)
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


@pytest.mark.parametrize(
    "countries",
    [
        {"U/A/1": {"MT": 3, "DE": 40}, "U/B/1": {"DE": 63, "US": 20, None: 15}},
        {"U/A/1": {"DE": 4, None: 40, "US": 50}, "U/B/1": {"DE": 60, None: 50}},
    ],
)
def test_no_country_tells_which_of_two_cells_is_small(
    models: list[Table], countries: dict[str, dict[str | None, int]]
) -> None:
    chance = random.Random(1)
    people = [
        make_person(chance, course) | {"country_code": country, "left": None}
        for course, numbers in countries.items()
        for country, number in numbers.items()
        for _ in range(number)
    ]
    made = institution_of(people, {course: {"history"} for course in countries}, models)
    test_each_dataset_hides_what_the_oracle_hides(made, models)
    test_no_subtraction_tells_a_hidden_count(made)


def test_a_percentage_goes_with_the_totals_that_it_tells(models: list[Table]) -> None:
    overall = next(model for model in models if model.name == "overall_stats")
    rights = overall.rights
    assert rights is not None
    assert rights.groups is not None
    told = rights.groups.follows["verified_certification_pct"]
    assert told == ["n_verified_id", "verified_certified"]


def test_a_release_that_does_not_say_what_totals_tell_shows_none(models: list[Table]) -> None:
    rates = next(model for model in models if model.name == "subject_take_rates")
    columns = [TableColumn(column.name, column.type) for column in rates.columns]
    table = Table(rates.name, 0, "", columns=columns, rights=rates.rights)
    view = Principal(7, "viewer", Role.INSTITUTION_VIEWER).view(LEAST)
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as release")
        connection.execute(
            f"create table release.main.{rates.name} as select '/history' as subject_id, "
            "'History' as subject_title, 3 as courses, 500 as learners, 600 as registrations, "
            "50 as verified_registrations, 40 as certificates, 30 as verified_certificates, "
            "8.3 as verified_percent, 6.7 as certificate_percent, 60.0 as verified_certificate_percent"
        )
        guarded = guard_query(f"from {rates.name}", {rates.name: table}, view)
        found = connection.execute(guarded.sql).fetchall()
    assert found == [("/history", "History", 3, *[None] * 8)]
