"""A campus with every table that the API reads, and events; a real server of it on this machine.

Enters: nothing. Leaves: a `Campus` for tests of a session, an address.
"""

import socket
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from threading import Thread

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import uvicorn

from studium.config import Workspace
from studium.lake.ledger import open_ledger
from studium.progress import Silent
from studium.publish import AreaEvidence, Candidate, Clock, LakeEvidence, publish
from studium.vocabulary import CheckOutcome, EventDay, InputFile, Table
from tests.serve.api.marts import CLASSIFIED, MARTS
from tests.serve.conftest import CLASSIFIED as OTHERS
from tests.serve.conftest import COUNTING, ONE, TWO, Campus, make_workspace, open_campus

DAY = date(2024, 3, 1)
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/109.0"


def write_events(workspace: Workspace) -> list[EventDay]:
    """Five events of a day: three of course ONE, two of course TWO."""
    folder = workspace.lake / "events" / f"event_date={DAY}"
    folder.mkdir(parents=True)
    courses = [ONE, ONE, ONE, TWO, TWO]
    rows = len(courses)
    table = pa.table(
        {
            "event_time": [datetime(2024, 3, 1, 10, n, tzinfo=UTC) for n in range(rows)],
            "event_type": ["play_video"] * rows,
            "event_source": ["browser"] * rows,
            "username": [f"learner{n}" for n in range(rows)],
            "user_id": [1000 + n for n in range(rows)],
            "course_id": courses,
            "org_id": ["Uni"] * rows,
            "host": ["h"] * rows,
            "user_agent": [AGENT] * rows,
            "payload": [f'{{"new_time": {n}, "code": "=cmd()"}}' for n in range(rows)],
            "context": ["{}"] * rows,
            "source_file": ["f"] * rows,
            "source_line": list(range(rows)),
        }
    )
    pq.write_table(table, folder / "f-0000.parquet")
    return [EventDay(DAY, "fp", (folder / "f-0000.parquet",))]


def publish_rich(workspace: Workspace, change: str = "") -> None:
    """A release of all marts as `change` leaves them, with events."""
    with open_ledger(workspace):
        pass  # a lake without one is a lost one
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute(f"{MARTS}; {change}")
    _publish(workspace, write_events(workspace))


def publish_again(workspace: Workspace) -> None:
    """One more release of the same."""
    files = tuple((workspace.lake / "events" / f"event_date={DAY}").iterdir())
    _publish(workspace, [EventDay(DAY, "fp", files)])


def _publish(workspace: Workspace, events: list[EventDay]) -> None:
    rights = OTHERS | CLASSIFIED
    described = [
        Table(name, rights=found, counts="event_count" if name == COUNTING else "")
        for name, found in rights.items()
    ]
    lake = LakeEvidence(
        [InputFile("tracking.log", "a" * 64, 8, events=8)],
        [],
        {DAY: 8},
        event_days=events,
    )
    candidate = Candidate(
        {"courses": AreaEvidence([CheckOutcome("all_is_well", "pass")], lake, described)}
    )
    publish(
        workspace,
        candidate,
        Silent(),
        Clock(datetime(2024, 3, 4, 10, 15, tzinfo=UTC), date(2024, 3, 4)),
    )


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """Published with every table; tests must not change it."""
    workspace = make_workspace(tmp_path_factory.mktemp("api") / "campus")
    publish_rich(workspace)
    return open_campus(workspace)


@pytest.fixture(scope="session")
def server(rich: Campus) -> Iterator[str]:
    """The address of a real server of the campus."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(rich.app, log_level="error", lifespan="off", ws="none")
        running = uvicorn.Server(config)
        thread = Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not running.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        running.should_exit = True
        thread.join(timeout=30)
