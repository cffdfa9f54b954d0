"""The tables that the Open edX analytics pipeline published for its acceptance logs, from ours.

Parameters: ../shared/specs/edx_insights.md §3. The logs are not ours to copy: without them these
tests are skipped.
"""

from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from studium.warehouse import Interval
from tests.warehouse.warehouses import (
    SHARED_DATA,
    build_all,
    land_paths,
    new_workspace,
    read_csv,
    texts_of,
)

FOLDER = SHARED_DATA / "edx_insights"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"the acceptance logs are not there: {FOLDER}"
)


class Published(NamedTuple):
    """A log, the interval for which it was analysed, and the tables with their published files."""

    log: str
    interval: Interval
    tables: dict[str, str]


PUBLISHED = [
    Published(
        "enrollment_trends_tracking.log",
        Interval(date(2014, 7, 31), date(2014, 8, 7)),
        {
            mart: f"expected/enrollments__{mart}.csv"
            for mart in ("course_enrollment_daily", "course_enrollment_mode_daily")
        },
    ),
    Published(
        "video_timeline.log",
        Interval(date(2014, 5, 1), date(2014, 5, 6)),
        {
            "video": "expected/video__video.csv",
            "video_timeline": "expected/video__video_timeline.csv",
        },
    ),
    Published(
        "user_activity_tracking.log",
        Interval(date(2014, 5, 19), date(2014, 7, 1)),
        {"course_activity": "expected/user_activity__course_activity.csv"},
    ),
    Published(
        "active_users_tracking.log",
        Interval(date(2017, 7, 10), date(2017, 7, 24)),
        {"active_users_weekly": "output/expected_active_users_per_week.csv"},
    ),
]


@pytest.mark.parametrize("compat", [False, True], ids=["fixed", "compat"])
@pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published.log)
def test_acceptance_logs_give_the_published_tables(
    published: Published, compat: bool, tmp_path: Path
) -> None:
    workspace = new_workspace(tmp_path)
    land_paths(workspace, FOLDER / "input" / published.log)

    build_all(workspace, Interval(published.interval.events_from, published.interval.as_of, compat))

    for mart, file in published.tables.items():
        assert texts_of(workspace, mart) == read_csv(FOLDER / file)
