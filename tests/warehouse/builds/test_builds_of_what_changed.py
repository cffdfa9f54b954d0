"""A build runs the models downstream of what changed, and no others; areas fail alone; answers are remembered."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest

from studium.config import Settings, Workspace
from studium.errors import StudiumError
from studium.progress import Silent
from studium.vocabulary import SITE, EventDay
from studium.warehouse import BuildReport, Contents, Interval, build, check
from studium.warehouse.execution import Execution
from studium.warehouse.project import parsed
from tests.warehouse.builds.small_project import MODELS, write_day, write_dumps, write_project
from tests.warehouse.package.deliveries import Dump
from tests.warehouse.warehouses import Row, new_workspace

A, B, C = "course-v1:Uni+A+1", "course-v1:Uni+B+1", "course-v1:Uni+C+1"
DAY = date(2024, 3, 1)
CHANGED = {
    **{place: it for place, it in MODELS.items() if place != "courses/marts/mode_counts"},
    "courses/intermediate/members": (
        MODELS["courses/intermediate/members"][0],
        MODELS["courses/intermediate/members"][1] + " and user_id > 1",
    ),
    "courses/marts/newcomers": (
        "members bigint",
        "select count(*) as members from {{ ref('stg_modes') }}",
    ),
    "schools/marts/places": (
        "course_id string",
        """select cast(error('no place') as string) as course_id
        from {{ source('lake', 'certificates_generatedcertificate') }}""",
    ),
}


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("projects")
    return {
        "first": write_project(folder / "first"),
        "changed": write_project(folder / "changed", CHANGED),
    }


@pytest.fixture
def use(projects: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Which project Studium ships; the first one until asked."""

    def ship(name: str) -> None:
        monkeypatch.setattr(parsed, "FOLDER", projects[name])

    ship("first")
    return ship


def dumps(folder: Path, users: Sequence[str], modes: Sequence[str] = (A,)) -> list[Dump]:
    """Accounts of these courses, 1 the first of each; enrollments; one certificate."""
    members = [f"{course},2024-03-01,{number}" for number, course in enumerate(users, start=1)]
    return write_dumps(
        folder,
        {
            "auth_user": ["scope_id,dump_date,id", *members],
            "student_courseenrollment": [
                "scope_id,dump_date,user_id,course_id,mode",
                *(f"{course},2024-03-01,1,{course},honor" for course in modes),
            ],
            "certificates_generatedcertificate": [
                "scope_id,dump_date,id,user_id,course_id",
                f"{A},2024-03-01,1,1,{A}",
            ],
        },
    )


def run(
    workspace: Workspace,
    found: Sequence[Dump],
    days: Sequence[EventDay] = (),
    as_of: date = DAY + timedelta(9),
) -> BuildReport:
    return build(workspace, Interval(as_of=as_of), Silent(), contents=Contents(days, found))


def names(report: BuildReport) -> list[str]:
    return [model.name for model in report.models]


def tables(workspace: Workspace) -> dict[str, list[Row]]:
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where schema_name in ('intermediate', 'marts') order by all"
        ).fetchall()
        return {it: connection.execute(f"from {it} order by all").fetchall() for (it,) in found}


def test_only_what_follows_from_a_change_runs(use: Callable[[str], None], tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    lake = tmp_path / "lake"
    days = [write_day(lake, DAY, [A, B, B])]
    first = run(workspace, dumps(tmp_path / "1", [A, B]), days)

    modes = run(workspace, dumps(tmp_path / "2", [A, B], [A, B]), days)
    users = run(workspace, dumps(tmp_path / "3", [A, B, B], [A, B]), days)
    event = run(
        workspace,
        dumps(tmp_path / "4", [A, B, B], [A, B]),
        [*days, write_day(lake, DAY + timedelta(1), [C])],
    )
    nothing = run(
        workspace,
        dumps(tmp_path / "5", [A, B, B], [A, B]),
        [*days, write_day(lake, DAY + timedelta(1), [C])],
    )

    assert first.is_full
    assert names(modes) == ["mode_counts"]
    assert users.touched_scopes == (f"course {B}",)
    assert set(names(users)) == {"members", "member_count", "course_days"}
    assert event.touched_scopes == (f"course {C}",)
    assert names(event) == ["days", "course_days"]
    assert names(nothing) == []
    assert tables(workspace)["marts.course_days"] == [(A, 1, 1), (B, 2, 2), (C, 1, 0)]


def test_a_site_wide_row_that_nobody_reads_rebuilds_nothing(
    use: Callable[[str], None], tmp_path: Path
) -> None:
    workspace = new_workspace(tmp_path)
    read = dumps(tmp_path / "1", [A])
    run(workspace, read)
    unread = write_dumps(
        tmp_path / "2", {"user_id_map": ["scope_id,dump_date,id", ",2024-03-01,1"]}
    )
    unread.append(Dump("district", SITE, read[0].path, None, "of no registry"))

    report = run(workspace, [*read, *unread])

    assert (report.models, report.touched_scopes) == ((), ())


def test_a_changed_model_and_its_readers_are_made_anew_while_others_stay_incremental(
    use: Callable[[str], None], tmp_path: Path
) -> None:
    """Rows are spoilt on purpose: what kept them was not made anew."""
    workspace = new_workspace(tmp_path)
    lake = tmp_path / "lake"
    days = [write_day(lake, DAY, [A, B])]
    before = dumps(tmp_path / "1", [A, B])
    run(workspace, before, days)
    check(workspace, Silent())
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("update intermediate.days set event_count = 7")
        connection.execute("update intermediate.members set user_id = 7")

    use("changed")
    report = run(workspace, before, [*days, write_day(lake, DAY + timedelta(1), [A])])

    found = tables(workspace)
    assert found["intermediate.members"] == [(B, 2)], "anew, by its new definition"
    assert found["intermediate.days"][-1] == (DAY + timedelta(1), A, 1), "its new day"
    assert found["intermediate.days"][0] == (DAY, A, 7), "the day before as it was"
    assert found["marts.course_days"] == [(A, 8, 0), (B, 7, 1)], "follows from both, and is anew"
    assert found["marts.newcomers"] == [(1,)]
    assert "marts.mode_counts" not in found, "whose model is no more"
    assert not report.is_full


def test_a_model_that_fails_stops_its_area_alone(
    use: Callable[[str], None], tmp_path: Path
) -> None:
    workspace = new_workspace(tmp_path)
    before = dumps(tmp_path / "1", [A, B])
    use("changed")
    report = run(workspace, before)

    assert [(it.area, it.model) for it in report.failures] == [("schools", "places")]
    assert "place_count" not in names(report), "reads what failed"
    assert {"member_count", "newcomers"} <= {*names(report)}
    assert {it.area for it in check(workspace, Silent())} == {"courses"}

    again = run(workspace, before)
    assert names(again) == []
    assert [it.model for it in again.failures] == ["places"], "tried again, alone"

    use("first")
    mended = run(workspace, before)
    assert {"places", "place_count"} <= {*names(mended)}
    assert mended.failures == ()
    assert {it.area for it in check(workspace, Silent())} == {"courses", "schools"}


def test_where_only_one_area_has_anything_its_failure_is_raised(
    use: Callable[[str], None], tmp_path: Path
) -> None:
    workspace = new_workspace(tmp_path)
    use("changed")
    only = [it for it in dumps(tmp_path / "1", [A]) if "certificates" in it.dataset]

    with pytest.raises(StudiumError, match="places"):
        run(workspace, only)


def test_promises_are_asked_again_only_where_a_table_changed(
    use: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = new_workspace(tmp_path)
    run(workspace, dumps(tmp_path / "1", [A, B]))

    def asked() -> set[str]:
        return {it.model for it in check(workspace, Silent()) if it.seconds}

    assert len(asked()) == len(MODELS) - 2, "but the two about tables without an event"
    assert asked() == set()
    run(workspace, dumps(tmp_path / "2", [A, B], [A, B]))
    assert asked() == {"stg_modes", "mode_counts"}

    changed = dumps(tmp_path / "3", [A, B, B], [A, B])
    with monkeypatch.context() as killed:
        killed.setattr(Execution, "_run_step", _killed_after(1))
        with pytest.raises(KeyboardInterrupt):
            run(workspace, changed)
    run(workspace, changed)
    assert asked() == {"stg_users", "members", "member_count", "course_days"}

    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("insert into marts.mode_counts values (null, 1)")
    broken = [it for it in check(workspace, Silent()) if it.failures]
    assert [(it.model, it.failures) for it in broken] == [("mode_counts", 1)], "seen by its rows"
    assert [it.model for it in check(workspace, Silent()) if it.failures] == ["mode_counts"]


@pytest.mark.parametrize("seed", range(6))
def test_any_sequence_of_changes_and_kills_equals_a_full_rebuild(
    seed: int, use: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    workspace = new_workspace(tmp_path)
    for turn in range(12):
        found = dumps(tmp_path / f"dumps{turn}", _some(random, 4), _some(random, 3))
        days = [
            write_day(tmp_path / f"lake{turn}", DAY + timedelta(number), _some(random, 3))
            for number in range(3)
            if random.random() < 0.8
        ]
        as_of = DAY + timedelta(random.choice([2, 3, 4]))
        with monkeypatch.context() as killed:
            if random.random() < 0.4:
                killed.setattr(Execution, "_run_step", _killed_after(random.randint(0, 4)))
            try:
                run(workspace, found, days, as_of)
            except KeyboardInterrupt:
                continue
        fresh = Workspace(tmp_path / f"fresh{turn}", Settings())
        fresh.root.mkdir()
        assert run(fresh, found, days, as_of).is_full
        assert tables(workspace) == tables(fresh), turn


def _some(random: Random, most: int) -> list[str]:
    return [random.choice([A, B, C]) for _ in range(random.randint(0, most))]


def _killed_after(models: int) -> Callable[..., object]:
    """In the place of `Execution._run_step`: the process ends before the next one."""
    run_step = Execution._run_step
    left = iter(range(models))

    def step(self: Execution, *arguments: object) -> object:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return run_step(self, *arguments)  # type: ignore[arg-type]

    return step
