"""The funnels of all tutorials whose views or pages changed, as a mart in warehouse.duckdb.

Enters: marts.page_views and content_nodes. Leaves: marts.tutorial_funnels; rows of a course are replaced in one
transaction, and remembered with a fingerprint of what they come from.
"""

from typing import TYPE_CHECKING

from studium.analyses.content.definitions import CLASSES
from studium.analyses.content.descriptions import FUNNEL_TABLES, WINDOW_DAYS
from studium.progress import Progress
from studium.vocabulary import Table
from studium.warehouse import read_last_build

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_METHOD = 1  # a new number computes all courses again
_INPUTS = {"page_views", "content_nodes"}
_TYPES = {"string": "varchar"}

# Order does not matter to a sum; equal views and trees give an equal fingerprint.
_FINGERPRINTS = """
    with viewed as (
        select course_id, sum(hash(event_id, event_time, page_id, actor_id, class)) as total
        from marts.page_views group by course_id
    ),
    nodes as (
        select course_id, sum(hash(taxonomy, node_id, parent_id, kind, page_id, position)) as total
        from marts.content_nodes group by course_id
    )
    select course_id, concat_ws(' ', $method, viewed.total, nodes.total) as fingerprint
    from viewed inner join nodes using (course_id)
"""
_STEPS = """
    create or replace temp table funnel_steps as
    with pages as (
        select
            taxonomy, parent_id as node_id, page_id,
            row_number() over (partition by taxonomy, parent_id order by position, node_id) - 1 as step
        from marts.content_nodes where course_id = $course and kind = 'page'
    )
    select
        *,
        dense_rank() over (order by taxonomy, node_id) - 1 as funnel,
        min(step) over (partition by taxonomy, node_id, page_id) as first_step
    from pages
"""
# An event that fills several steps of a tutorial is one event; months are counted from year 0.
_VIEWS = """
    with views as (
        select
            *,
            row_number() over () as event,
            dense_rank() over (order by actor_id) as actor
        from marts.page_views where course_id = $course and actor_id is not null
    )
    select
        actor * (select max(funnel) + 1 from funnel_steps) + funnel as unit,
        epoch_us(event_time) as moment,
        event,
        step,
        case
            when step = 0 then 12 * date_part('year', event_time) + date_part('month', event_time) - 1
            else -1
        end as period,
        funnel,
        list_position($classes::varchar[], class) - 1 as class
    from views inner join funnel_steps using (page_id)
    order by unit, moment, first_step, event_id, step
"""
_BARS = """
    insert into marts.tutorial_funnels by name
    with counted as (
        select
            funnel, period, step,
            coalesce(list_extract($classes::varchar[], reached.class + 1), 'all') as class,
            count(*) as users,
            median(gap) / 1e6 as median_seconds
        from reached
        group by grouping sets ((funnel, period, step, reached.class), (funnel, period, step))
    )
    select
        funnel_steps.taxonomy,
        $course as course_id,
        make_date(period // 12, period % 12 + 1, 1) as month,
        funnel_steps.node_id,
        counted.step + 1 as step,
        funnel_steps.page_id,
        counted.class,
        counted.users,
        counted.median_seconds,
        false as complete,
        $window as window_days
    from counted inner join funnel_steps using (funnel, step)
"""
_COMPLETE = """
    update marts.tutorial_funnels
    set complete = month + interval 1 month + to_days(window_days::integer) <= $as_of
    where complete <> (month + interval 1 month + to_days(window_days::integer) <= $as_of)
"""


def has_inputs(connection: "DuckDBPyConnection") -> bool:
    """Whether the build made the tables that these are made of."""
    rows = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts'"
    ).fetchall()
    return {name for (name,) in rows} >= _INPUTS


def remove_funnels(connection: "DuckDBPyConnection") -> None:
    """Leave nothing that a release would take for this build's."""
    for table in FUNNEL_TABLES:
        connection.execute(f"drop table if exists marts.{table.name}")
    connection.execute("drop table if exists studium.funnelled_courses")


def update_funnels(
    connection: "DuckDBPyConnection", _compat: bool, _threads: int, progress: Progress
) -> int:
    """Compute the courses whose views or outlines changed; returns how many."""
    from studium.analyses.content.weak_spots import replace_weak_spots

    is_new = _make_tables(connection)
    wanted = dict(connection.execute(_FINGERPRINTS, {"method": str(_METHOD)}).fetchall())
    known = dict(connection.execute("from studium.funnelled_courses").fetchall())
    touched = sorted(
        course for course in wanted.keys() | known.keys() if wanted.get(course) != known.get(course)
    )
    if touched:
        progress.start("funnels", float(len(touched)), "courses")
    for course in touched:
        connection.execute("begin")
        for table in ("marts.tutorial_funnels", "studium.funnelled_courses"):
            connection.execute(f"delete from {table} where course_id = $course", {"course": course})
        if course in wanted:
            _insert(connection, course)
            connection.execute(
                "insert into studium.funnelled_courses values ($course, $fingerprint)",
                {"course": course, "fingerprint": wanted[course]},
            )
        connection.execute("commit")
        progress.advance(1.0)
    last = read_last_build(connection)
    as_of = last.interval.as_of if last else None
    moved = connection.execute(_COMPLETE, {"as_of": as_of}).fetchone()
    if touched or is_new or (moved and moved[0]):
        replace_weak_spots(connection)
    if touched:
        progress.finish()
    return len(touched)


def _insert(connection: "DuckDBPyConnection", course: str) -> None:
    from studium.analyses.content.bars import reached_steps

    classes = list(CLASSES)
    connection.execute(_STEPS, {"course": course})
    views = connection.execute(_VIEWS, {"course": course, "classes": classes}).fetchnumpy()
    window = WINDOW_DAYS * 86_400_000_000
    connection.register("reached", reached_steps(views, window))
    values = {"course": course, "classes": classes, "window": WINDOW_DAYS}
    connection.execute(_BARS, values)
    connection.unregister("reached")
    connection.execute("drop table funnel_steps")


def _make_tables(connection: "DuckDBPyConnection") -> bool:
    """Typed and empty where they are missing or have other columns; then all is computed, and this is true."""
    connection.execute(
        "create table if not exists studium.funnelled_courses "
        "(course_id varchar primary key, fingerprint varchar not null)"
    )
    changed = [table for table in FUNNEL_TABLES if _columns(connection, table) != _wanted(table)]
    for table in changed:
        typed = ", ".join(f'"{name}" {kind}' for name, kind in _wanted(table))
        connection.execute("begin")
        connection.execute(f"create or replace table marts.{table.name} ({typed})")
        connection.execute("delete from studium.funnelled_courses")
        connection.execute("commit")
    return bool(changed)


def _wanted(table: Table) -> list[tuple[str, str]]:
    return [(it.name, _TYPES.get(it.type, it.type)) for it in table.columns]


def _columns(connection: "DuckDBPyConnection", table: Table) -> list[tuple[str, str]]:
    return connection.execute(
        "select column_name, lower(data_type) from duckdb_columns() where schema_name = 'marts'"
        " and table_name = $table order by column_index",
        {"table": table.name},
    ).fetchall()
