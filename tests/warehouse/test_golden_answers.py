"""The marts of tests/world against the golden answers, and against an independent computation.

STUDIUM_ACCEPT=1 pytest tests/warehouse/test_golden_answers.py (make accept) rewrites the answers.
"""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from studium.config import Settings, Workspace
from tests import oracle, oracle_days, oracle_geography, oracle_time, oracle_videos
from tests.running import kept
from tests.warehouse.warehouses import (
    WORLD,
    Row,
    read_csv,
    rows_of,
    texts_of,
    tracking,
    tracking_compat,
    write_csv,
)

EXPECTED = Path(__file__).parents[1] / "expected"
AS_OF = date(2024, 3, 21)

COUNTS_EQUAL_LINES = {"f_user_activity"}  # again, in compat
DIFFERENT_IN_COMPAT = COUNTS_EQUAL_LINES | {
    "person_course_day",
    "video",
    "video_stats_day",
    "video_timeline",
}

COMPUTED: dict[str, Callable[[list[oracle.Event], bool], list[Row]]] = {
    "active_users_weekly": lambda events, _: oracle.active_users_weekly(events, AS_OF),
    "course_activity": lambda events, _: oracle.course_activity(events, AS_OF),
    "course_coenrollment": lambda events, _: oracle.course_coenrollment(events, AS_OF),
    "course_enrollment_daily": lambda events, _: oracle.course_enrollment_daily(events, AS_OF),
    "course_enrollment_mode_daily": lambda events, _: oracle.course_enrollment_mode_daily(
        events, AS_OF
    ),
    "course_enrollment_summary": lambda events, _: oracle.course_enrollment_summary(events, AS_OF),
    "course_modal_ip": oracle_geography.course_modal_ip,
    "enrollment_retention": lambda events, _: oracle.enrollment_retention(events, AS_OF),
    "event_types_daily": lambda events, _: oracle.event_types_daily(events),
    "f_user_activity": lambda events, _: oracle.f_user_activity(events),
    "f_user_course": lambda events, _: oracle.f_user_course(events, AS_OF),
    "global_modal_ip": oracle_geography.global_modal_ip,
    "pc_geoip": lambda events, _: [],  # no accounts are landed in this world
    "pc_modal_ip": lambda events, _: [],
    "person_course_day": oracle_days.person_course_day,
    "person_video": lambda events, _: oracle_videos.person_video(events),
    "time_on_task": oracle_time.time_on_task,
    "time_on_task_totals": oracle_time.time_on_task_totals,
    "video": lambda events, compat: oracle_videos.video_and_timeline(events, compat)[0],
    "video_timeline": lambda events, compat: oracle_videos.video_and_timeline(events, compat)[1],
    "video_stats_day": oracle_time.video_stats_day,
}


@pytest.fixture(scope="module", params=[tracking, tracking_compat], ids=["fixed", "compat"])
def world(request: pytest.FixtureRequest) -> Workspace:
    return Workspace(kept(request.param), Settings())


def test_the_interval_ends_with_the_last_event(world: Workspace) -> None:
    with duckdb.connect(str(world.warehouse), read_only=True) as connection:
        built = connection.execute("select events_from, as_of from studium.last_build").fetchall()
    assert built == [(None, AS_OF)]


@pytest.mark.parametrize("mart", COMPUTED)
def test_marts_equal_an_independent_computation(
    mart: str, world: Workspace, request: pytest.FixtureRequest
) -> None:
    compat = "compat" in request.node.name
    copies = compat and mart in COUNTS_EQUAL_LINES
    events = oracle.read_events(sorted((WORLD / "tracking").iterdir()), copies, compat)

    found = rows_of(world, mart)

    wanted = sorted(COMPUTED[mart](events, compat), key=_sortable)
    assert [_rounded(row) for row in sorted(found, key=_sortable)] == [
        _rounded(row) for row in wanted
    ]


@pytest.mark.parametrize("mart", COMPUTED)
def test_marts_equal_the_golden_answers(
    mart: str, world: Workspace, request: pytest.FixtureRequest
) -> None:
    compat = "compat" in request.node.name
    file = EXPECTED / f"{mart}{'.compat' if compat and mart in DIFFERENT_IN_COMPAT else ''}.csv"
    table = texts_of(world, mart)
    if os.environ.get("STUDIUM_ACCEPT"):
        write_csv(file, table)

    assert table == read_csv(file)


def _sortable(row: Row) -> str:
    return repr(row[:4])


def _rounded(row: Row) -> Row:
    return tuple(round(value, 9) if isinstance(value, float) else value for value in row)
