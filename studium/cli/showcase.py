"""How the demo ends: what came in, what became of it, a chart, and what to try next.

Enters: the report of a run. Leaves: a page of text on stdout.
"""

import contextlib
import os
import secrets
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from studium.cli.tables import bar_columns, count, figure, size, table_lines

if TYPE_CHECKING:
    from studium.config import Workspace
    from studium.pipeline import RunReport
    from studium.simulate import SimulationReport

_VIEWS = {
    "Learners by course (person_course)": """
        select
            course_id,
            count(*) as registered,
            count(*) filter (viewed) as viewed,
            count(*) filter (explored) as explored,
            count(*) filter (mode = 'verified') as verified,
            count(*) filter (certified) as certified
        from person_course
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
            course_id,
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
    "Who came to each page of the subsection that most began (tutorial_funnels)": """
        with bars as (
            select * from tutorial_funnels where class = 'all'
        ),
        most as (
            select course_id, month, node_id, users as began
            from bars
            where step = 1 and complete
            order by users desc, course_id, month, node_id
            limit 1
        )
        select
            tutorial.title as subsection,
            bars.step as page,
            coalesce(page.first_title, page.title) as shows,
            bars.users,
            round(100 * bars.users / most.began) as percent,
            round(bars.median_seconds) as seconds_since
        from most
        inner join bars using (course_id, month, node_id)
        inner join content_nodes as tutorial using (course_id, node_id)
        inner join content_nodes as page
            on bars.course_id = page.course_id and bars.page_id = page.node_id
        order by bars.step
    """,
}
_DAYS = "select date, sum(event_count)::bigint from event_types_daily group by date order by date"


class Guests(NamedTuple):
    """Accounts of the demo: name and what it is for; all have one password, made anew by each demo."""

    names: dict[str, str]
    password: str


def invite(workspace: "Workspace") -> Guests:
    """Make an account of each kind that signs in to see something else."""
    from studium.publish import query
    from studium.serve import AuditRecord, open_desk
    from studium.vocabulary import Role, Scope

    with query(workspace, "select min(course_id) from course_enrollment_summary") as answer:
        course = str(next(iter(answer.rows()))[0])
    wanted = {
        "admin": (Role.ADMINISTRATOR, (), "everything, also releases, rejects and accounts"),
        "instructor": (Role.COURSE_STAFF, (Scope("course", course),), f"the course {course}"),
        "researcher": (
            Role.RESEARCHER,
            (Scope("course", course),),
            "the same by pseudonym, without small numbers",
        ),
    }
    password = secrets.token_urlsafe(9)
    with contextlib.closing(open_desk(workspace)) as desk:
        known = {account.username for account in desk.people.list()}
        for name, (role, grants, _) in wanted.items():
            if name in known:
                desk.people.set_password(name, password)
            else:
                desk.people.add(name, role, grants, password)
            desk.audit.append(
                [AuditRecord("demo", "account created", name, detail={"role": role.value})]
            )
    return Guests({name: told for name, (_, _, told) in wanted.items()}, password)


def tell_demo(
    workspace: "Workspace", simulated: "SimulationReport", report: "RunReport", guests: Guests
) -> None:
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
    _tell_pages(workspace, guests)
    click.echo("\nTry next")
    for command in (
        "status --types",
        "describe person_course",
        "quarantine --sample 3",
        'query "from course_activity limit 10"',
    ):
        click.echo(f"  {_called(workspace)} {command}")


def _tell_pages(workspace: "Workspace", guests: Guests) -> None:
    serve = workspace.settings.serve
    click.echo("\nLook at it")
    click.echo(f"  {_called(workspace)} serve")
    click.echo(
        f"  then open http://{serve.host}:{serve.port} and sign in, password {guests.password}"
    )
    for line in table_lines(("account", "sees"), list(guests.names.items())):
        click.echo(f"  {line}")


def _called(workspace: "Workspace") -> str:
    return f"{_our_name()} --workspace {os.path.relpath(workspace.root)}"


def _our_name() -> str:
    """How the reader called us: `studium`, or its path where the shell does not find it by name."""
    found = shutil.which("studium")
    is_on_path = found is not None and Path(found).samefile(sys.argv[0])
    return "studium" if is_on_path else os.path.relpath(sys.argv[0])


def _tell_account(workspace: "Workspace", simulated: "SimulationReport") -> None:
    from studium import lake

    standing = lake.status(workspace)
    raw, packed = size(simulated.raw_bytes), size(simulated.compressed_bytes)
    packages = count(simulated.packages, "data package")
    click.echo(
        f"\n{count(simulated.files, 'log file')}, {packed} packed, {raw} of JSON, and {packages}"
    )
    names = ("lines", "events", "table_rows", "duplicates", "quarantined", "skipped")
    figures = [figure(getattr(standing, name)) for name in names]
    click.echo("\n".join(table_lines(names, [figures])))
    click.echo("lines = events + table rows + duplicates + quarantined + skipped: nothing is lost")


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
