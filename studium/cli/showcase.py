"""How the demo ends: what came in, what became of it, a chart, and what to try next.

Enters: the report of a run. Leaves: a page of text on stdout.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from studium.cli.tables import bar_columns, count, figure, size, table_lines

if TYPE_CHECKING:
    from studium.config import Workspace
    from studium.pipeline import RunReport
    from studium.simulate import SimulationReport

_VIEWS = {
    "Learners by course (course_enrollment_summary)": """
        select
            course_id,
            count(*) as ever_enrolled,
            count(*) filter (current_enrollment_is_active) as enrolled_now,
            count(*) filter (first_verified_enrollment_time is not null) as ever_verified
        from course_enrollment_summary
        group by course_id
        order by course_id
    """,
    "What learners did, by week and over all courses (course_activity)": """
        select
            interval_start::date as week_from,
            sum(count) filter (label = 'ACTIVE')::bigint as active,
            sum(count) filter (label = 'PLAYED_VIDEO')::bigint as played_video,
            sum(count) filter (label = 'ATTEMPTED_PROBLEM')::bigint as attempted_problem,
            sum(count) filter (label = 'POSTED_FORUM')::bigint as posted_forum
        from course_activity
        group by week_from
        order by week_from
    """,
    "Most watched videos (video)": """
        select
            right(encoded_module_id, 12) as "video …",
            duration as seconds,
            users_at_start,
            users_at_end,
            round(100 * users_at_end / users_at_start) as percent_stayed
        from video
        where users_at_start > 0
        order by users_at_start desc, pipeline_video_id
        limit 5
    """,
}
_DAYS = "select date, sum(event_count)::bigint from event_types_daily group by date order by date"


def tell_demo(workspace: "Workspace", simulated: "SimulationReport", report: "RunReport") -> None:
    """Print the summary of a demo."""
    _tell_account(workspace, simulated)
    _tell_chart(workspace)
    for title, sql in _VIEWS.items():
        headings, rows = _ask(workspace, sql)
        click.echo(f"\n{title}\n" + "\n".join(table_lines(headings, rows)))
    release = report.published.release
    rows_written = sum(table.rows for table in release.manifest.tables)
    tables = count(len(release.manifest.tables), "table")
    click.echo(f"\nRelease {release.id}: {tables}, {count(rows_written, 'row')}")
    click.echo(f"  {release.path}")
    seconds = ", ".join(f"{step} {taken:.1f} s" for step, taken in report.seconds.items())
    click.echo(f"  {seconds}")
    click.echo("\nTry next")
    for command in (
        "status --types",
        "describe person_course_day",
        "quarantine --sample 3",
        'query "from course_activity limit 10"',
        "user add me --role administrator",
        "serve",
    ):
        click.echo(f"  {_our_name()} --workspace {os.path.relpath(workspace.root)} {command}")


def _our_name() -> str:
    """How the reader called us: `studium`, or its path where the shell does not find it by name."""
    found = shutil.which("studium")
    is_on_path = found is not None and Path(found).samefile(sys.argv[0])
    return "studium" if is_on_path else os.path.relpath(sys.argv[0])


def _tell_account(workspace: "Workspace", simulated: "SimulationReport") -> None:
    from studium import lake

    standing = lake.status(workspace)
    raw, packed = size(simulated.raw_bytes), size(simulated.compressed_bytes)
    click.echo(f"\n{count(simulated.files, 'log file')}, {packed} packed, {raw} of JSON")
    names = ("lines", "events", "duplicates", "quarantined", "skipped")
    figures = [figure(getattr(standing, name)) for name in names]
    click.echo("\n".join(table_lines(names, [figures])))
    click.echo("lines = events + duplicates + quarantined + skipped: nothing is lost")


def _tell_chart(workspace: "Workspace") -> None:
    _, rows = _ask(workspace, _DAYS)
    if not rows:
        return
    click.echo(f"\nEvents by day, {rows[0][0]} to {rows[-1][0]}")
    click.echo("\n".join(bar_columns([float(row[1]) for row in rows])))


def _ask(workspace: "Workspace", sql: str) -> tuple[list[str], list[Sequence[Any]]]:
    from studium import publish

    with publish.query(workspace, sql) as answer:
        return answer.columns, list(answer.rows())
