"""person_course of a release equals what the simulation knows to be true, in all 82 columns.

Enters: simulated logs and data packages with all traps. Leaves: releases made by studium.pipeline,
compared with truth/person_course.csv. Where an address is, the lake's own table says.
"""

import csv
from pathlib import Path

import duckdb
import pytest

from studium.config import Workspace
from studium.pipeline import build, land, publish
from studium.progress import Silent
from studium.publish import query
from studium.simulate import Plan, simulate
from tests.test_truth import Row, is_close, new_job, read_as, release_rows

PLAN = Plan(events=24_000, files=6, seed=20, courses=5, learners=400, days=14, packages=True)
COLUMNS = 82
KEY = ("course_id", "user_id")
PLACE = {
    "cc_by_ip": "country",
    "countryLabel": "country_label",
    "continent": "continent",
    "city": "city",
    "region": "region_code",
    "subdivision": "subdivision",
    "postalCode": "postal_code",
    "un_major_region": "un_region",
    "un_economic_group": "econ_group",
    "un_developing_nation": "developing_nation",
    "un_special_region": "special_region",
    "latitude": "latitude",
    "longitude": "longitude",
}
Table = dict[tuple[object, ...], dict[str, object]]


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a simulation: logs/, packages/ and truth/."""
    return simulate(PLAN, tmp_path_factory.mktemp("invented") / "out", Silent()).output


@pytest.fixture(scope="module")
def single(invented: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace that got everything at once, and published it."""
    job = new_job(tmp_path_factory.mktemp("single") / "campus")
    land(job, [invented / "logs", invented / "packages"])
    build(job)
    assert publish(job).release
    return job.workspace


def test_every_column_equals_the_truth(invented: Path, single: Workspace) -> None:
    found, types = released(single)
    expected = true_rows(invented, types, places(single))

    assert len(types) == COLUMNS
    assert list(types) == header(invented)
    assert found.keys() == expected.keys()
    wrong = {
        name: [
            (key, row[name], expected[key][name])
            for key, row in found.items()
            if not is_same(row[name], expected[key][name])
        ]
        for name in types
    }
    assert {name: cells[:3] for name, cells in wrong.items() if cells} == {}


def test_the_truth_tells_learners_apart(invented: Path, single: Workspace) -> None:
    """A column of one value, or of zeros and NULL alone, would prove nothing; that of 2012 is empty."""
    _, types = released(single)
    expected = true_rows(invented, types, places(single))

    alike = {
        name for name in types if len({row[name] or None for row in expected.values()}) < 2
    }  # the database of countries knows no cities

    assert alike == {
        *("registered", "y1_anomalous"),
        *("city", "region", "subdivision", "postalCode", "latitude", "longitude"),
    }


def test_logs_before_packages_give_the_same_release(
    invented: Path, single: Workspace, tmp_path: Path
) -> None:
    logs = sorted((invented / "logs").iterdir())
    folders = sorted((invented / "packages").iterdir())
    job = new_job(tmp_path / "campus")

    land(job, [*logs[:3], folders[0]])
    build(job)
    land(job, [*logs[3:], *folders[1:]])
    assert not build(job).is_full
    publish(job)

    assert release_rows(job.workspace, "person_course") == release_rows(single, "person_course")


def header(invented: Path) -> list[str]:
    with (invented / "truth" / "person_course.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def released(workspace: Workspace) -> tuple[Table, dict[str, str]]:
    """Rows by course and user, and the type of every column."""
    with query(workspace, "from person_course") as answer:
        types = dict(zip(answer.columns, answer.types, strict=True))
        rows = [dict(zip(types, row, strict=True)) for row in answer.rows()]
    return {tuple(row[name] for name in KEY): row for row in rows}, types


def places(workspace: Workspace) -> dict[object, Row]:
    """What the lake knows about each address, in the order of PLACE."""
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        names = ", ".join(PLACE.values())
        rows = connection.execute(
            f"select ip, {names} from lake.ip_locations where country is not null"
        )
        return {row[0]: row[1:] for row in rows.fetchall()}


def true_rows(invented: Path, types: dict[str, str], located: dict[object, Row]) -> Table:
    """The truth, with the place of each address."""
    rows: Table = {}
    nowhere = (None,) * len(PLACE)
    with (invented / "truth" / "person_course.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            assert not any(line[name] for name in PLACE)
            row = {name: read_as(types[name], text) for name, text in line.items()}
            row |= dict(zip(PLACE, located.get(row["ip"], nowhere), strict=True))
            key = tuple(row[name] for name in KEY)
            assert key not in rows
            rows[key] = row
    return rows


def is_same(found: object, expected: object) -> bool:
    if isinstance(found, float) and isinstance(expected, float):
        return is_close(found, expected)
    return found == expected and type(found) is type(expected)
