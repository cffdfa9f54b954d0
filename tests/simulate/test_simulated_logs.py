"""The log files of the simulation: size, order, counts, determinism, and a clean output folder."""

import filecmp
import json
import os
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from studium.errors import MisuseError, StudiumError
from studium.progress import Silent
from studium.simulate import TRAPS, Plan, SimulationReport, simulate
from tests.simulate.simulation_reader import Reading, read_logs

PLAN = Plan(events=12_000, files=4, seed=7, courses=3, learners=90, days=21)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> SimulationReport:
    return simulate(PLAN, tmp_path_factory.mktemp("simulated") / "all", Silent())


@pytest.fixture(scope="module")
def reading(report: SimulationReport) -> Reading:
    return read_logs(report.output)


def all_files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_counts_match_the_lines_of_the_files(report: SimulationReport, reading: Reading) -> None:
    counts = json.loads((report.output / "truth" / "counts.json").read_text())
    assert counts["events"] == report.events == len(reading.events) == PLAN.events
    assert counts["lines"] == report.lines == reading.lines
    assert counts["duplicates"] == report.duplicates == reading.duplicates > 0
    assert counts["quarantined"] == report.quarantined == reading.quarantined > 0
    assert counts["blank_lines"] == report.blank_lines == reading.blank_lines
    assert sum(counts["reasons"].values()) == counts["quarantined"]
    assert counts["raw_bytes"] == report.raw_bytes == reading.raw_bytes
    assert counts["files"] == report.files == len(reading.files) == PLAN.files
    assert counts["first_date"] == reading.events[0].date
    assert counts["last_date"] == reading.events[-1].date


def test_lines_have_the_length_of_real_ones(reading: Reading) -> None:
    assert 1_000 <= reading.raw_bytes / reading.lines <= 1_300


def test_files_hold_about_equal_shares_of_the_time_in_order(tmp_path: Path) -> None:
    traps = frozenset(TRAPS) - {"late", "out_of_order", "duplicates"}
    plan = Plan(events=6_000, files=3, learners=40, days=14, traps=traps)
    simulate(plan, tmp_path / "out", Silent())
    reading = read_logs(tmp_path / "out")
    times: list[datetime] = [event.time for file in reading.files for event in file]
    assert times == sorted(times)
    assert all(abs(len(file) - 2_000) <= 2 for file in reading.files)


def test_every_course_style_and_source_occurs(reading: Reading) -> None:
    prefixes = {(event.course or "").partition(":")[0] for event in reading.events}
    assert {"course-v1", "ccx-v1", "NorthfieldX/BIO102/2024_Spring"} <= prefixes
    assert {event.source for event in reading.events} >= {"browser", "server", "mobile"}


def test_the_same_plan_gives_the_same_bytes(report: SimulationReport, tmp_path: Path) -> None:
    simulate(PLAN, tmp_path / "again", Silent(), processes=1)
    simulate(PLAN, tmp_path / "other", Silent(), processes=2)
    assert all_files(tmp_path / "again") == all_files(report.output)
    assert all_files(tmp_path / "other") == all_files(report.output)


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    for seed in (1, 2):
        plan = Plan(events=300, files=1, seed=seed, learners=5, days=3)
        simulate(plan, tmp_path / str(seed), Silent())
    log = "logs/tracking-0001.log.gz"
    assert not filecmp.cmp(tmp_path / "1" / log, tmp_path / "2" / log, shallow=False)


def test_another_start_moves_the_days_and_nothing_else(tmp_path: Path) -> None:
    """Both are Mondays; so the weeks of the truth move as well."""
    start = date(2026, 11, 30)
    for name, plan in (
        ("default", Plan(events=900, files=2, learners=20, days=9)),
        ("later", Plan(events=900, files=2, learners=20, days=9, start=start)),
    ):
        simulate(plan, tmp_path / name, Silent())
    default, later = (read_logs(tmp_path / name) for name in ("default", "later"))
    days = [event.time.date() for event in later.events]
    assert [day - (start - Plan().start) for day in days] == [
        event.time.date() for event in default.events
    ]
    assert start <= days[0] <= days[-1] < start + timedelta(days=9)
    counts = json.loads((tmp_path / "later" / "truth" / "counts.json").read_text())
    assert counts["plan"]["start"] == "2026-11-30"
    assert counts["first_date"] == days[0].isoformat()


def test_the_truth_can_be_left_out(tmp_path: Path) -> None:
    simulate(Plan(events=200, files=1, learners=5, truth=False), tmp_path / "out", Silent())
    assert [path.name for path in (tmp_path / "out" / "truth").iterdir()] == ["counts.json"]


@pytest.mark.parametrize(
    "plan",
    [
        Plan(events=1, files=1, learners=1, courses=1, days=1),
        Plan(events=40, files=40, learners=3, courses=9, days=1),
        Plan(events=500, files=2, learners=5_000, days=2),
        Plan(events=4_000, files=1, learners=1, courses=1, days=1),
    ],
)
def test_extreme_plans_keep_the_number_of_events(plan: Plan, tmp_path: Path) -> None:
    simulate(plan, tmp_path / "out", Silent())
    reading = read_logs(tmp_path / "out")
    assert len(reading.events) == plan.events
    assert len(reading.files) == plan.files


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("events", 0),
        ("events", -5),
        ("files", 0),
        ("files", 301_000),
        ("seed", -1),
        ("courses", 0),
        ("learners", 0),
        ("days", 0),
        ("days", 1.5),
        ("start", date(1970, 1, 1)),
        ("traps", frozenset({"earthquake"})),
    ],
)
def test_bad_plans_are_refused_with_a_way_out(field: str, value: object) -> None:
    with pytest.raises(MisuseError) as refusal:
        Plan(**{field: value})  # type: ignore[arg-type]
    assert refusal.value.fix


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(MisuseError, match=r"thesis\.txt"):
        simulate(Plan(events=10, files=1), tmp_path, Silent())
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_file_as_output_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(MisuseError, match="is a file"):
        simulate(Plan(events=10, files=1), tmp_path / "out", Silent())


def test_an_earlier_simulation_is_replaced(tmp_path: Path) -> None:
    simulate(Plan(events=100, files=3), tmp_path / "out", Silent())
    simulate(Plan(events=100, files=1), tmp_path / "out", Silent())
    assert len(list((tmp_path / "out" / "logs").iterdir())) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_leftovers_of_killed_runs_are_removed(tmp_path: Path) -> None:
    dead = tmp_path / ".out.partial-999999999"
    alive = tmp_path / f".out.partial-{os.getppid()}"
    dead.mkdir()
    alive.mkdir()
    simulate(Plan(events=100, files=1), tmp_path / "out", Silent())
    assert {path.name for path in tmp_path.iterdir()} == {"out", alive.name}


def test_a_failing_run_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("studium.simulate.courses.run.write_file", fail)
    with pytest.raises(StudiumError, match="No space left"):
        simulate(Plan(events=100, files=1), tmp_path / "out", Silent())
    assert list(tmp_path.iterdir()) == []
