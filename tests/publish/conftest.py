"""A small hand-made warehouse: three marts with known rows, and the evidence that goes with it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from studium.config import Workspace, open_workspace, write_default_settings
from studium.progress import Silent
from studium.publish import AreaEvidence, Candidate, Clock, LakeEvidence, Publication, publish
from studium.vocabulary import CheckOutcome, InputFile, Table, TableColumn

DAY = date(2024, 3, 1)
MARTS = """
create schema marts;
create schema studium;
create table studium.last_build as
    select 'abc' as models_hash, null::date as events_from, date '2024-03-03' as as_of,
        false as compat, true as is_complete;
create table marts.event_types_daily as
    select * from (values
        ('c1', date '2024-03-02', 'play_video', 3),
        ('c1', date '2024-03-01', 'problem_check', 4),
        (null, date '2024-03-01', 'page_close', 1)
    ) as rows (course_id, date, event_type, event_count);
create table marts.video as
    select 'v' || range as video_id, range / 3.0 as watched_seconds from range(10);
create table marts.numbers as
    select 'nan'::double as a, 'it''s' as "odd ""name", 1.5::decimal(10, 2) as c, [1, 2] as d;
"""

# Marts of these tests that nobody needs to know more of than their name.
OTHERS = (
    *("event_types_daily", "numbers", "left_side", "right_side", "person_course", "big", "texts"),
    *("learners", "long", "course_coenrollment", "person_problem", "course_problem"),
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with a warehouse and nothing published."""
    root = tmp_path / "campus"
    write_default_settings(root)
    with duckdb.connect(str(root / "warehouse.duckdb")) as connection:
        connection.execute(MARTS)
    return open_workspace(root, {})


@pytest.fixture
def change(workspace: Workspace) -> Callable[[str], None]:
    """Run SQL on the warehouse."""

    def execute(sql: str) -> None:
        with duckdb.connect(str(workspace.warehouse)) as connection:
            connection.execute(sql)

    return execute


def make_candidate(**changed: object) -> Candidate:
    """Evidence that passes the gate, with `changed` parts."""
    given: dict[str, object] = {
        "checks": [CheckOutcome("every_event_has_a_type", "pass")],
        "mismatches": [],
        "events": {DAY: 5, date(2024, 3, 2): 3, date(2024, 3, 9): 100},
        "inputs": [InputFile("tracking.log", "a" * 64, 9, events=8, quarantined=1)],
    }
    given.update(changed)
    lake = LakeEvidence(
        inputs=given["inputs"],  # type: ignore[arg-type]
        mismatches=given["mismatches"],  # type: ignore[arg-type]
        events=given["events"],  # type: ignore[arg-type]
        event_days=given.get("event_days", []),  # type: ignore[arg-type]
        gone=given.get("gone"),  # type: ignore[arg-type]
    )
    meant: dict[str, object] = given.get("video", {})  # type: ignore[assignment]
    described = [
        Table(
            name="video",
            rows=0,
            checksum="",
            grain="One row per video, the publisher's too.",
            columns=[TableColumn("watched_seconds", "DOUBLE", "Time watched", "seconds")],
            tests=["video_id is unique"],
            sql="select 1",
            depends_on=["stg_edx__events"],
            **{"sources": ["events"], **meant},  # type: ignore[arg-type]
        ),
        *(
            Table(
                name,
                is_archived=name == "person_course",
                counts="event_count" if name == "event_types_daily" else "",
            )
            for name in OTHERS
        ),
    ]
    evidence = AreaEvidence(checks=given["checks"], lake=lake, described=described)  # type: ignore[arg-type]
    return Candidate({"courses": evidence})


def make_clock(second: int = 0, today: date = date(2024, 3, 4)) -> Clock:
    """A fixed time."""
    return Clock(now=datetime(2024, 3, 4, 10, 15, second, tzinfo=UTC), today=today)


def publish_now(workspace: Workspace, second: int = 0, **changed: object) -> Publication:
    """Publish the hand-made warehouse at a fixed time."""
    return publish(workspace, make_candidate(**changed), Silent(), make_clock(second))
