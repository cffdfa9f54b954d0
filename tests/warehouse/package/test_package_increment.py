"""Batch equals increment with data packages: a new dump of one course recomputes that course and what joins them all.

Dumps are dealt line by line at random from tests/world/package, events come between them, and a build is killed.
"""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import duckdb
import pytest

from studium.config import Settings, Workspace
from studium.lake import event_partitions
from studium.progress import Silent
from studium.vocabulary import SITE, Scope
from studium.warehouse import BuildReport, Contents, Interval, build
from studium.warehouse.execution import Execution
from studium.warehouse.inputs.changes import WHOLE, parts_of
from tests.warehouse.package.deliveries import Dump, Line, write_package
from tests.warehouse.warehouses import Row, land_paths, new_workspace

WORLD = Path(__file__).parents[2] / "world"
UNI, MIT = "course-v1:Uni+Data101+2024_T1", "MITx/1.00x/2T2024"
CCX = "ccx-v1:Uni+Data101+2024_T1+ccx@7"


@pytest.mark.parametrize(
    ("seed", "compat"),
    [
        (1, False),
        *(pytest.param(seed, seed % 2 == 0, marks=pytest.mark.soak) for seed in range(2, 8)),
    ],
)
@pytest.mark.timeout(600)
def test_packages_and_events_in_any_split_equal_a_full_rebuild(
    seed: int, compat: bool, tmp_path: Path
) -> None:
    random = Random(seed)
    workspace = new_workspace(tmp_path)
    logs = sorted((WORLD / "tracking").iterdir())
    random.shuffle(logs)

    land_paths(workspace, *logs[:3])
    first = _build(workspace, _deal(random, tmp_path / "week1"), compat)
    land_paths(workspace, *logs[3:], WORLD / "package" / "tracking.log")
    second = _build(workspace, _deal(random, tmp_path / "week2"), compat)
    dumps = write_package(WORLD / "package", tmp_path / "week3")
    third = _build(workspace, dumps, compat)

    assert (first.is_full, first.touched_scopes) == (True, None)
    # None is all of them: where a dataset comes for the first time, models wake and are made anew.
    assert second.touched_scopes is None or {UNI, MIT, CCX} <= named(second)
    assert third.touched_scopes is None or named(third) == {UNI, MIT}
    assert third.touched_dates == ()
    assert _tables(workspace) == _rebuilt(workspace, dumps, compat, tmp_path / "rebuilt")


@pytest.mark.timeout(600)
def test_a_new_dump_of_one_course_leaves_the_others_alone(tmp_path: Path) -> None:
    """Rows of the other course are spoilt on purpose: what was not computed again still has them."""
    workspace = new_workspace(tmp_path)
    land_paths(workspace, WORLD / "tracking")
    _build(workspace, write_package(WORLD / "package", tmp_path / "week1", _without_gina))
    dumps = write_package(WORLD / "package", tmp_path / "week2")
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute(
            f"update marts.pc_nchapters set nchapters = 99 where course_id = '{UNI}'"
        )
        connection.execute(
            f"update marts.student_engagement_all set days_active = 99 where course_id = '{UNI}'"
        )

    report = _build(workspace, dumps)

    assert (report.is_full, report.touched_dates, report.touched_scopes) == (
        False,
        (),
        (f"course {MIT}",),
    )
    tables = _tables(workspace)
    assert {row[2] for row in tables["marts.pc_nchapters"] if row[0] == UNI} == {99}
    engaged = [row for row in tables["marts.student_engagement_all"] if row[1] == UNI]
    assert {row[3] for row in engaged} == {99}, "follows as_of, which stayed"
    learners = {row[:3] for row in tables["marts.person_course"]}
    assert (MIT, 8, "gina") in learners
    assert (UNI, 1, "amy") in learners


@pytest.mark.timeout(600)
def test_a_killed_build_is_done_again_for_its_courses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after it began with a dump that is then gone again: its course is recomputed all the same."""
    workspace = new_workspace(tmp_path)
    before = write_package(WORLD / "package", tmp_path / "week1", _without_gina)
    after = write_package(WORLD / "package", tmp_path / "week2")
    _build(workspace, before)
    with monkeypatch.context() as killed:
        killed.setattr(Execution, "run", _stop)
        with pytest.raises(KeyboardInterrupt):
            _build(workspace, after)
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute(
            f"delete from intermediate.int_person_courses_directory where course_id = '{MIT}'"
        )

    report = _build(workspace, before)

    assert report.touched_scopes == (f"course {MIT}",)
    directory = _tables(workspace)["intermediate.int_person_courses_directory"]
    assert any(MIT in row for row in directory)
    assert not _build(workspace, before).models


def _stop(execution: Execution, progress: object) -> None:
    raise KeyboardInterrupt


def test_a_dump_of_the_whole_site_touches_every_course(tmp_path: Path) -> None:
    site = write_package(WORLD / "package", tmp_path / "site")
    whole = [Dump(dump.dataset, SITE, dump.path, None, dump.fingerprint) for dump in site]

    assert {part for parts in parts_of(whole).values() for part in parts} == {WHOLE}


def test_a_package_whose_name_is_no_key_touches_every_course(tmp_path: Path) -> None:
    """Its rows may be of any."""
    dumps = write_package(WORLD / "package", tmp_path / "site")
    nameless = [
        Dump(dump.dataset, Scope("course", "export"), dump.path, None, "new") for dump in dumps[:1]
    ]

    found = parts_of([*nameless, *dumps])

    assert {part for parts in found.values() for part in parts} == {
        WHOLE,
        f"course {UNI}",
        f"course {MIT}",
    }
    assert WHOLE in found[f"lake.{dumps[0].dataset}"]


def _without_gina(dataset: str, line: Line) -> bool:
    return (dataset, line.get("user_id", line.get("id"))) not in {
        ("auth_user", "8"),
        ("student_courseenrollment", "8"),
    }


def _deal(random: Random, folder: Path) -> list[Dump]:
    """A package that lacks every third line."""
    return write_package(WORLD / "package", folder, lambda dataset, line: random.random() < 2 / 3)


def _build(workspace: Workspace, dumps: Sequence[Dump], compat: bool = False) -> BuildReport:
    contents = Contents(event_partitions(workspace), dumps)
    return build(workspace, Interval(compat=compat), Silent(), contents=contents)


def _rebuilt(
    workspace: Workspace, dumps: Sequence[Dump], compat: bool, folder: Path
) -> dict[str, list[Row]]:
    fresh = Workspace(folder, Settings())
    folder.mkdir()
    contents = Contents(event_partitions(workspace), dumps)
    assert build(fresh, Interval(compat=compat), Silent(), contents=contents).is_full
    return _tables(fresh)


def named(report: BuildReport) -> set[str]:
    return {scope.removeprefix("course ") for scope in report.touched_scopes or ()}


def _tables(workspace: Workspace) -> dict[str, list[Row]]:
    """Every table of the models, with the personal ones and those between."""
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name in ('intermediate', 'marts', 'personal') order by all"
        ).fetchall()
        return {
            name: connection.execute(f"from {name} order by all").fetchall() for (name,) in names
        }
