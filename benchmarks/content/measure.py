"""All funnels of an invented tree as large as Khan Academy's in 2014: from views in a table to bars by month and class.

Enters: how many people. Leaves: seconds of each part, the peak memory, and the same counted by ClickHouse where chdb is
installed (steps beyond its 32 left out of both).
"""

import argparse
import importlib.util
import resource
import time
from typing import Any

import duckdb
import numpy as np

from studium.analyses.chains import Matches, best_attempts
from studium.analyses.content.bars import COLUMNS, reached_steps

TUTORIALS, STEPS, MOST = 1_337, 8_626, 40
VIEWS_EACH = 22
WEEK = 7 * 86_400_000_000
_VIEWS = """
    create or replace table matched as
    with walks as (
        select
            person, walk,
            (hash(person, walk, 'tutorial') % {tutorials})::bigint as funnel,
            (hash(person, walk, 'at') % (28 * 86400))::bigint as starts
        from range({people}) as people (person), range(4) as walks (walk)
    ),
    views as (
        select
            person, funnel, step,
            1709251200000000 + 1000000 * (starts + step * (30 + hash(person, walk, step) % 600)::bigint) as moment,
            (hash(person, 'class') % 3)::bigint as class
        from walks inner join lengths using (funnel), range({most}) as steps (step)
        where step < length and hash(person, walk, step, 'stops') % 100 >= 5
    )
    select person * {tutorials} + funnel as unit, moment, row_number() over () as event, step::bigint as step,
        case when step = 0 then 0 else -1 end as period, funnel, class
    from views
"""
_ORDERED = "select * from matched order by unit, moment, step, event"
_CLICKHOUSE = """
    select level, count() from (
        select windowFunnel(604800000000)(toUInt64(moment), {conditions}) as level
        from matched where step < 32 group by unit
    ) group by level order by level
"""


def main(given: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks funnels", description=__doc__)
    parser.add_argument("--people", type=int, default=200_000)
    people = parser.parse_args(given).people
    with duckdb.connect() as connection:
        _invent(connection, people)
        started = time.perf_counter()
        views = connection.execute(_ORDERED).fetchnumpy()
        ordered = time.perf_counter()
        matches = Matches(*(np.asarray(views[name], dtype=np.int64) for name in COLUMNS[:5]))
        attempts = best_attempts(matches, WEEK)
        followed = time.perf_counter()
        table = reached_steps(views, WEEK)
        connection.register("reached", table)
        connection.execute(
            "select funnel, period, step, class, count(*), median(gap) from reached"
            " group by grouping sets ((1, 2, 3, 4), (1, 2, 3))"
        ).fetchall()
        counted = time.perf_counter()
        figures = {
            "views": len(matches.units),
            "steps reached": sum(len(rows) for _, rows in attempts.levels),
            "sorted and read, s": ordered - started,
            "chains, s": followed - ordered,
            "chains and bars by month and class, s": counted - followed,
            "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            **_of_clickhouse(connection, attempts.levels),
        }
    for name, value in figures.items():
        print(f"{name:40} {value:,.2f}" if isinstance(value, float) else f"{name:40} {value:,}")


def _invent(connection: "duckdb.DuckDBPyConnection", people: int) -> None:
    """Tutorials of 1 to 40 pages, 8,626 in all; each person walks four of them, fewer at each page."""
    lengths = np.minimum(1 + np.arange(TUTORIALS) % 11, MOST)
    lengths[:40] = MOST
    lengths[-1] += max(0, STEPS - int(lengths.sum()))
    rows = ", ".join(f"({number}, {min(int(it), MOST)})" for number, it in enumerate(lengths))
    connection.execute(f"create table lengths as from (values {rows}) as lengths (funnel, length)")
    connection.execute(_VIEWS.format(tutorials=TUTORIALS, people=people, most=MOST))


def _of_clickhouse(connection: "duckdb.DuckDBPyConnection", levels: list[Any]) -> dict[str, Any]:
    """Seconds of windowFunnel over the same rows; raises ValueError where it counts anything else."""
    if importlib.util.find_spec("chdb") is None:
        return {}
    chdb = importlib.import_module("chdb.session")
    session = chdb.Session()
    connection.execute("copy matched to '/tmp/studium-funnels.parquet'")
    session.query(
        "create table matched engine = MergeTree order by unit"
        " as select * from file('/tmp/studium-funnels.parquet')"
    )
    conditions = ", ".join(f"step = {step}" for step in range(32))
    started = time.perf_counter()
    answer = session.query(_CLICKHOUSE.format(conditions=conditions), "CSV").bytes().decode()
    seconds = time.perf_counter() - started
    by_level: dict[int, int] = {}
    for line in answer.split():
        level, people = line.split(",")
        by_level[int(level)] = int(people)
    reached = [sum(n for level, n in by_level.items() if level > step) for step in range(32)]
    mine = [len(rows) for _, rows in levels[:32]]
    if reached != mine + [0] * (32 - len(mine)):
        raise ValueError("ClickHouse counts other steps")
    return {"ClickHouse, s": seconds}
