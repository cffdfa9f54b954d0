"""The interval of a build: its first day counts, its end does not, in Python as in the tables."""

from datetime import date
from pathlib import Path

import duckdb

from studium.config import Settings, Workspace
from studium.warehouse import Interval
from tests.running import copied
from tests.warehouse.warehouses import build_all, tracking


def test_the_first_day_counts_and_the_end_does_not(tmp_path: Path) -> None:
    workspace = Workspace(copied(tracking, tmp_path / "workspace"), Settings())
    asked = "select distinct date from marts.event_types_daily order by date"
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        days = [day for (day,) in connection.execute(asked).fetchall()]
    first, *inside, end = days[1:-1]
    interval = Interval(events_from=first, as_of=end)

    build_all(workspace, interval)

    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        counted = [day for (day,) in connection.execute(asked).fetchall()]
    assert counted == [first, *inside]
    assert [day for day in days if interval.holds(day)] == counted
    assert Interval().holds(date.min)
