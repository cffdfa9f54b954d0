"""A table of another subject needs one declaration and its models: no line of the machinery knows it.

Enters: results of assessments of two districts, autumn and spring. Leaves: rows of a mart, with district and file.
"""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pytest

from studium.config import open_workspace
from studium.vocabulary import AREAS_VARIABLE, Role
from tests.serve.conftest import open_campus

HERE = Path(__file__).parent
LOG = HERE.parent / "world" / "package" / "tracking.log"
LOGS = HERE.parent / "world" / "tracking" / "web1.log"
DELIVERIES = HERE / "deliveries"


class Place:
    """A workspace that knows the area; commands are processes, which inherit where it is."""

    def __init__(self, root: Path, areas: Path | None = HERE) -> None:
        self.root = root
        self._environment = {**os.environ, AREAS_VARIABLE: str(areas or "")}
        self.run("init")

    def run(self, *command: str, expected: int = 0) -> str:
        """What a command printed."""
        ended = subprocess.run(
            [sys.executable, "-m", "studium", "--workspace", str(self.root), *command],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == expected, ended.stdout + ended.stderr
        return ended.stdout

    def release(self) -> dict[str, Any]:
        """The manifest of what is published."""
        manifest: dict[str, Any] = json.loads(
            (self.root / "current" / "manifest.json").read_bytes()
        )
        return manifest

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the warehouse."""
        with duckdb.connect(str(self.root / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()


def test_results_of_two_districts_reach_a_mart_with_their_district_and_file(tmp_path: Path) -> None:
    place = Place(tmp_path / "workspace")
    place.run("land", str(LOG), str(DELIVERIES))
    place.run("build")
    assert (
        place.rows(
            "select district_id, student_id, cast(taken_on as varchar), score, source_file"
            " from marts.student_assessments order by all"
        )
        == _results_as_they_were_sent()
    )

    spring = tmp_path / "district-salem" / "2025-05-01" / "results.csv"
    spring.parent.mkdir(parents=True)
    spring.write_text("Student ID,Assessment,Date,Score\n1,reading,2025-04-25,212\n")
    place.run("land", str(spring))
    built = json.loads(place.run("build", "--json"))

    assert place.rows("select count(*) from marts.student_assessments") == [(6,)]
    assert (built["is_full"], built["touched_scopes"], built["touched_dates"]) == (
        False,
        ["district salem"],
        [],
    )


def test_a_score_that_breaks_a_promise_holds_back_its_area_alone(tmp_path: Path) -> None:
    """Another day of logs and a broken file in one run: the logs are published, the file's area stays."""
    place = Place(tmp_path / "workspace")
    place.run("run", str(LOG), str(DELIVERIES))
    first = place.release()
    spring = tmp_path / "district-salem" / "2025-05-01" / "results.csv"
    spring.parent.mkdir(parents=True)
    spring.write_text("Student ID,Assessment,Date,Score\n1,reading,2025-04-25,-999\n")

    told = place.run("run", str(LOGS), str(spring), expected=1)
    second = place.release()

    before, now = ({it["name"]: it for it in one["areas"]} for one in (first, second))
    assert now["courses"]["made_in"] == second["id"] != first["id"]
    assert now["courses"]["held_back"] == []
    assert now["pupils"]["database_sha256"] == before["pupils"]["database_sha256"]
    assert (now["pupils"]["made_in"], now["pupils"]["tables"][0]["rows"]) == (first["id"], 5)
    [why] = now["pupils"]["held_back"]
    assert "no_score_is_negative (1 row)" in why
    assert why in told
    assert f"pupils is held back and stands as in {first['id']}" in place.run("status")
    shown = json.loads(place.run("status", "--json"))["areas"]["pupils"]
    assert (shown["held_back"], shown["rows"]) == ([why], 5)
    assert _areas_of_the_api(place)["pupils"]["held_back"] == [why]

    place.run("retract", str(spring))
    place.run("run")
    mended = place.release()
    assert [area["held_back"] for area in mended["areas"]] == [[], []]


def _areas_of_the_api(place: Place) -> dict[str, Any]:
    """What a server says of the current release."""
    campus = open_campus(open_workspace(place.root))
    with campus.client(Role.ADMINISTRATOR) as client:
        release = client.get(f"/api/v1/releases/{place.release()['id']}").json()
    return {area["name"]: area for area in release["areas"]}


def _results_as_they_were_sent() -> list[tuple[object, ...]]:
    """The files read plainly, each with its folder's district and the hash of its bytes."""
    rows: list[tuple[object, ...]] = []
    for file in DELIVERIES.rglob("*.csv"):
        header, *lines = file.read_text().splitlines()
        district = file.parents[1].name.split("-")[1]
        for line in lines:
            values = dict(zip(header.split(","), line.split(","), strict=True))
            score = float(values["Score"])
            digest = sha256(file.read_bytes()).hexdigest()
            rows.append((district, values["Student ID"], values["Date"], score, digest))
    return sorted(rows)


@pytest.mark.parametrize("has_scope", [False, True], ids=["refused", "set"])
def test_a_table_that_nobody_declared_is_no_course_until_somebody_says_whose_it_is(
    tmp_path: Path, has_scope: bool
) -> None:
    place = Place(tmp_path / "workspace", areas=None)
    folder = tmp_path / "district-oxford-schools"
    shutil.copytree(DELIVERIES / folder.name, folder)
    if has_scope:
        place._environment["STUDIUM_LANDING__SCOPES"] = '["district-oxford* = district oxford"]'
    told = place.run("land", str(folder), "--json", expected=0 if has_scope else 1)
    packages = json.loads(place.run("status", "--json"))["packages"]
    if has_scope:
        assert {(one["scope"], one["scope_id"]) for one in packages} == {("district", "oxford")}
    else:
        assert packages == []
        assert "landing.scopes" in told
