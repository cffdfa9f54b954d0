"""Engagement in tests/world/engagement against the golden answers, and against an independent computation.

STUDIUM_ACCEPT=1 pytest tests/warehouse/engagement rewrites the answers. Logs that the simulation invents are compared
with the independent computation too.
"""

import gzip
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from studium.config import BuildSettings, Settings, Workspace
from studium.lake import event_partitions
from studium.progress import Silent
from studium.simulate import Plan, simulate
from studium.warehouse import Contents, Interval, build
from tests import oracle
from tests import oracle_engagement as computed
from tests.warehouse.package.deliveries import write_package
from tests.warehouse.warehouses import (
    Row,
    land_paths,
    read_csv,
    rows_of,
    texts_of,
    write_csv,
)

WORLD = Path(__file__).parents[2] / "world" / "engagement"
EXPECTED = Path(__file__).parents[2] / "expected" / "engagement"
AS_OF = date(2024, 3, 21)
UNI = "course-v1:Uni+Data101+2024_T1"

Computation = Callable[[list[oracle.Event], date], list[Row]]
COMPUTED: dict[str, Computation] = {
    "module_engagement": lambda events, _: computed.module_engagement(events),
    "module_engagement_summary": computed.module_engagement_summary,
    "module_engagement_metric_ranges": computed.module_engagement_metric_ranges,
    "learner_segments": computed.learner_segments,
    "user_engagement": computed.user_engagement,
    "student_engagement_daily": lambda events, end: computed.student_engagement(
        events, end, "daily"
    ),
    "student_engagement_weekly": lambda events, end: computed.student_engagement(
        events, end, "weekly"
    ),
    "student_engagement_all": lambda events, end: computed.student_engagement(events, end, "all"),
}
ANSWERED = (
    *COMPUTED,
    *("answer_distribution", "enrollment_periods", "learner_roster", "problem_response"),
)
SETTINGS = Settings(build=BuildSettings(tables=[*ANSWERED, "learner_contacts"]))


@pytest.fixture(scope="module", params=[False, True], ids=["fixed", "compat"])
def compat(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="module")
def world(compat: bool, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("world")
    workspace = Workspace(folder / "workspace", SETTINGS)
    land_paths(workspace, WORLD / "tracking.log")
    dumps = write_package(WORLD / "package", folder / "package")
    contents = Contents(event_partitions(workspace), dumps)
    report = build(workspace, Interval(compat=compat), Silent(), contents=contents)
    assert report.interval.as_of == AS_OF
    return workspace


@pytest.mark.parametrize("mart", COMPUTED)
def test_marts_equal_an_independent_computation(mart: str, compat: bool, world: Workspace) -> None:
    """With compat every line counts as often as it came."""
    events = oracle.read_events([WORLD / "tracking.log"], copies=compat, compat=compat)

    _assert_equal(rows_of(world, mart), COMPUTED[mart](events, AS_OF))


@pytest.mark.parametrize("mart", ANSWERED)
def test_marts_equal_the_golden_answers(mart: str, compat: bool, world: Workspace) -> None:
    table = texts_of(world, mart)
    plain, special = EXPECTED / f"{mart}.csv", EXPECTED / f"{mart}.compat.csv"
    if os.environ.get("STUDIUM_ACCEPT"):
        if not compat:
            write_csv(plain, table)
            special.unlink(missing_ok=True)
        elif table != read_csv(plain):
            write_csv(special, table)

    assert table == read_csv(special if compat and special.is_file() else plain)


def test_addresses_stay_out_of_the_marts(world: Workspace) -> None:
    with duckdb.connect(str(world.warehouse), read_only=True) as connection:
        contacts = connection.execute(
            f"select username, email, name, city, goals from personal.learner_contacts "
            f"where course_id = '{UNI}' and email is not null order by all"
        ).fetchall()
        for mart in ANSWERED:
            texts = connection.execute(f"select mart::varchar from marts.{mart} as mart").fetchall()
            assert not [text for (text,) in texts if "@example.org" in text or "Amy A." in text]

    assert contacts == [
        ("amy", "amy@example.org", "Amy A.", "Lyon", "to learn much"),
        ("bob", "bob@example.org", "Bob", None, None),
        ("georgina", "gina@example.org", None, None, None),
    ]


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, list[oracle.Event]]:
    """A warehouse of simulated logs with all their traps, and their events."""
    folder = tmp_path_factory.mktemp("invented")
    plan = Plan(events=6_000, files=2, seed=5, courses=2, learners=60, days=20)
    logs = simulate(plan, folder / "out", Silent()).output / "logs"
    workspace = Workspace(folder / "workspace", SETTINGS)
    land_paths(workspace, logs)
    build(workspace, Interval(), Silent())
    return workspace, oracle.read_events(_plain(logs, folder / "plain"))


@pytest.mark.parametrize("mart", COMPUTED)
def test_simulated_logs_give_what_an_independent_computation_gives(
    mart: str, invented: tuple[Workspace, list[oracle.Event]]
) -> None:
    workspace, events = invented
    end = max(event.day for event in events) + computed.DAY

    found = rows_of(workspace, mart)

    assert len(found) > 5
    _assert_equal(found, COMPUTED[mart](events, end))


def _plain(logs: Path, folder: Path) -> list[Path]:
    """The same files, not compressed."""
    folder.mkdir()
    for file in logs.iterdir():
        content = file.read_bytes()
        content = gzip.decompress(content) if file.suffix == ".gz" else content
        text = content.decode("utf-8", errors="replace").replace("\r\n", "\n")
        (folder / file.name.removesuffix(".gz")).write_text(text, encoding="utf-8")
    return sorted(folder.iterdir())


def _assert_equal(found: list[Row], wanted: list[Row]) -> None:
    assert sorted(map(_comparable, found)) == sorted(map(_comparable, wanted))


def _comparable(row: Row) -> str:
    numbers = (int, float)
    return repr([round(float(it), 9) if isinstance(it, numbers) else it for it in row])
