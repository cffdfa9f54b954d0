"""How far people come along pages: a subsection's, or any in an order.

Enters: a subsection or pages, options. Leaves: bars, JSON or CSV.
"""

from typing import TYPE_CHECKING, Any

import click

from studium.cli.contained import contained
from studium.cli.leaving import remember_leaving
from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.tables import bar_lines, table_lines
from studium.errors import MisuseError

if TYPE_CHECKING:
    from studium.analyses import Funnel
    from studium.publish import FunnelAnswer, Limits, Release

_DAY = click.DateTime(["%Y-%m-%d"])
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_PROGRAM_MB = 4_000  # NumPy beside DuckDB


@click.command(cls=Command)
@click.argument("tutorial", metavar="[SUBSECTION]", required=False)
@click.option(
    "--steps", metavar="PAGE,PAGE,…", help="Pages in order; by default those of the subsection."
)
@click.option(
    "--course",
    metavar="KEY",
    help="The course; with a subsection only where two are called so, by default of any.",
)
@click.option(
    "--by",
    type=click.Choice(["class"]),
    help="Count people without an account, new and logged-in ones apart; by default together.",
)
@click.option("--month", metavar="YYYY-MM", help="Who began in this month; by default in any.")
@click.option(
    "--from", "start", type=_DAY, help="Who began on this day or later; by default on any."
)
@click.option("--until", "end", type=_DAY, help="Who began before this day; by default on any.")
@click.option(
    "--window",
    metavar="TIME",
    default="7d",
    show_default=True,
    help="The last page at most so long after the first: 7d, 12h, 30m or 45s.",
)
@click.option(
    "--order",
    metavar="ORDER",
    default="ordered",
    show_default=True,
    help="ordered; strict, with nothing between two steps; any, each step whenever.",
)
@click.option(
    "--tie",
    metavar="TIE",
    default="by_step",
    show_default=True,
    help="by_step, pages of one time stand in order; strict, they do not.",
)
@click.option(
    "--optional", metavar="N,N,…", help="Numbers of steps that may be left out; by default none."
)
@click.option(
    "--gaps",
    metavar="TIME,TIME,…",
    help="Longest times between a step and the next; by default any.",
)
@click.option(
    "--exclude",
    metavar="PAGE,…",
    help="Pages that may not come between two steps; by default none.",
)
@click.option(
    "--counting",
    metavar="COUNTING",
    default="uniques",
    show_default=True,
    help="uniques, people; totals, their attempts one after the other.",
)
@click.option(
    "--reentry",
    metavar="REENTRY",
    default="best",
    show_default=True,
    help="best, of all beginnings the one that leads furthest; first, the first one alone.",
)
@click.option("--csv", "is_csv", is_flag=True, help="Print CSV, and nothing else, on stdout.")
@click.option(
    "--release", "release_id", metavar="ID", help="Ask this release; by default the current one."
)
@examples(
    "studium funnel 'Introduction, part 1' --by class --month 2024-03",
    "studium funnel --course course-v1:Uni+Data101+2024 --steps PAGE1,PAGE2 --window 2d",
)
@pass_session
def funnel(session: Session, /, **asked: Any) -> None:
    """Show how many people came to each page of a subsection, or to any pages in an order."""
    contained(session, lambda: _answer(session, asked), _PROGRAM_MB)


def _answer(session: Session, asked: dict[str, Any]) -> None:
    from studium import publish

    workspace = session.workspace()
    release = publish.find_release(workspace, asked["release_id"])
    limits = publish.Limits.of_queries(workspace)
    wanted, title = _funnel(release, asked, limits)
    remember_leaving(
        workspace, "funnel", title, {"course": wanted.course_id, "steps": len(wanted.steps)}
    )
    answer = publish.ask_funnel(release, wanted, limits)
    if asked["is_csv"]:
        names = list(answer.steps[0]._fields)
        session.say(publish.csv_text(names, answer.steps).decode().rstrip("\n"))
        return
    session.answer(
        {
            "definition": answer.definition,
            "release": answer.release,
            "as_of": answer.as_of,
            "is_complete": answer.is_complete,
            "steps": [step._asdict() for step in answer.steps],
        }
    )
    if not session.is_json:
        _tell(session, title, answer)


def _funnel(release: "Release", asked: dict[str, Any], limits: "Limits") -> "tuple[Funnel, str]":
    """The question, and how it is called."""
    from studium import publish
    from studium.analyses import Funnel, with_options

    if asked["tutorial"] and not asked["steps"]:
        wanted, title = publish.find_tutorial(release, asked["tutorial"], asked["course"], limits)
    elif asked["steps"] and asked["course"] and not asked["tutorial"]:
        wanted, title = Funnel(asked["course"], tuple(asked["steps"].split(","))), "funnel"
    else:
        raise MisuseError(
            "A funnel is of a subsection, or of pages of a course",
            "studium funnel",
            "Give SUBSECTION, or --course KEY and --steps PAGE,PAGE",
        )
    days = {name: asked[name].date() if asked[name] else None for name in ("start", "end")}
    return with_options(wanted, asked | days), title


def _tell(session: Session, title: str, answer: "FunnelAnswer") -> None:
    everybody = [step for step in answer.steps if step.people == "all"]
    first = everybody[0].users
    session.say(
        f"{title}: {first:,} began"
        + ("" if answer.is_complete else ", not all are at the end of their window")
    )
    session.say(
        "\n" + "\n".join(bar_lines({f"{it.step}. {it.title}"[:60]: it.users for it in everybody}))
    )
    rows = [
        (
            it.step,
            it.people,
            it.users,
            _percent(it.users, first if it.people == "all" else None),
            _time(it.median_seconds),
        )
        for it in answer.steps
    ]
    headings = ["step", "people", "users", "of those who began", "median since the step before"]
    session.say("\n" + "\n".join(table_lines(headings, rows)))
    session.say(
        f"\nDefinition {answer.definition}, release {answer.release}, before {answer.as_of}"
    )


def _percent(part: int, whole: int | None) -> str:
    return f"{100 * part / whole:.1f} %" if whole else ""


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    unit = next(name for name in ("d", "h", "m", "s") if seconds >= _UNITS[name] or name == "s")
    return f"{seconds / _UNITS[unit]:.1f} {unit}"
