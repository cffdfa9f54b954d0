"""Invented data: `simulate` writes logs with known answers, `demo` takes them all the way.

Enters: sizes and a seed. Leaves: logs and their truth; the demo's published workspace.
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.steps import land_facts, publication_facts
from studium.errors import MisuseError

if TYPE_CHECKING:
    from studium.config import Workspace
    from studium.pipeline import RunReport
    from studium.simulate import SimulationReport

_MARK = "made-by-studium-demo"
_Function = TypeVar("_Function", bound=Callable[..., Any])


def _number(
    name: str, default: int, meaning: str, least: int = 1
) -> Callable[[_Function], _Function]:
    return click.option(
        name, type=click.IntRange(min=least), default=default, show_default=True, help=meaning
    )


@click.command(cls=Command)
@click.argument("area", type=click.Choice(["courses", "district"]), default="courses")
@_number("--students", 1_000, "How many students; of a district.")
@_number("--events", 300_000, "How many events are invented.")
@_number("--files", 6, "Over how many files they are spread.")
@_number("--seed", 1, "The same seed gives the same logs.", least=0)
@_number("--courses", 3, "How many courses.")
@_number("--learners", 2_000, "How many learners.")
@_number("--days", 42, "How many days they last.")
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2024-02-26",
    show_default=True,
    help="The first day of the logs.",
)
@click.option(
    "--truth/--no-truth",
    default=True,
    show_default=True,
    help="Write the true answers into truth/ as well.",
)
@click.option(
    "--packages",
    is_flag=True,
    help="Write the data packages of the courses into packages/ as well.",
)
@click.option(
    "--traps", metavar="A,B,…", help="Put only these flaws of real logs in; by default all."
)
@click.option("--no-traps", is_flag=True, help="Put no flaws in; by default all.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder that gets logs/, truth/ and packages/, or rosters/ and truth/ of a district.",
)
@examples(
    "studium simulate --output invented",
    "studium simulate district --students 500 --seed 3 --output invented",
)
@pass_session
def simulate(
    session: Session, /, area: str, traps: str | None, no_traps: bool, output: Path, **sizes: Any
) -> None:
    """Write tracking logs of an invented university, or rosters of a district, and the truth about them."""
    _refuse_options_of_another(area)
    students = sizes.pop("students")
    if area == "district":
        _simulate_district(session, students, sizes["seed"], output)
        return
    from studium.simulate import Plan
    from studium.simulate import simulate as write_logs

    if traps is not None and no_traps:
        raise MisuseError(
            "Both some traps and none are asked for", "--traps, --no-traps", "Give one of them."
        )
    chosen = sizes | {"start": sizes["start"].date()}
    if traps is not None or no_traps:
        names = (name.strip() for name in (traps or "").split(","))
        chosen["traps"] = frozenset(name for name in names if name)
    report = write_logs(Plan(**chosen), output, session.progress())
    session.answer(asdict(report))
    session.say(
        f"Wrote {report.files:,} files with {report.lines:,} lines to {report.output}: "
        f"{report.events:,} events, {report.duplicates:,} duplicates, "
        f"{report.quarantined:,} broken lines"
    )
    if report.packages:
        session.say(f"Wrote the data packages of {report.packages:,} courses")
    parts = ["logs", "packages"] if report.packages else ["logs"]
    folders = " ".join(str(report.output / part) for part in parts)
    session.say(f"Land them: studium run {folders}")


def _refuse_options_of_another(area: str) -> None:
    """An option that says nothing of what is asked for is a mistake, not a wish."""
    context = click.get_current_context()
    given = [
        one.opts[0]
        for one in context.command.params
        if one.name and context.get_parameter_source(one.name) is ParameterSource.COMMANDLINE
    ]
    of_both = {"area", "--seed", "--output"}
    of_district = {"--students"}
    wrong = [
        one for one in given if one not in of_both and (one in of_district) != (area == "district")
    ]
    if wrong:
        other = "courses" if area == "district" else "a district"
        raise MisuseError(f"{wrong[0]} is of {other}", wrong[0], f"Leave it out for {area}.")


def _simulate_district(session: Session, students: int, seed: int, output: Path) -> None:
    from studium.simulate import DistrictPlan, simulate_district

    report = simulate_district(DistrictPlan(students, seed), output)
    session.answer(asdict(report))
    session.say(
        f"Wrote {report.sets} sets of a district to {report.output}: {report.schools:,} schools,"
        f" {report.sections:,} sections, {report.staff:,} staff, {report.students:,} students"
    )
    session.say(f"Land them: studium land {report.output / 'rosters'}")


@click.command(cls=Command)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="The folder of the demo's workspace, made if missing; by default that of --workspace, else demo.",
)
@_number("--events", 300_000, "How many events are invented.")
@examples("studium demo", "studium demo --output /tmp/demo --events 50000")
@pass_session
def demo(session: Session, output: Path | None, events: int) -> None:
    """Invent three courses with 2,000 learners and publish their datasets in ./demo, with accounts to sign in."""
    from studium.cli.showcase import invite, tell_demo
    from studium.simulate import PACKAGE_TRAPS, TRAPS, Plan, simulate

    output = output or session.directory or Path("demo")
    _claim_folder(output)
    # A custom course (CCX) has no package: pages of what came in none would be empty.
    traps = frozenset((*TRAPS, *PACKAGE_TRAPS)) - {"key_styles"}
    plan = Plan(events=events, courses=3, learners=2_000, traps=traps, packages=True)
    simulated = simulate(plan, output / "invented", session.progress())
    workspace = _begin(output)
    report = _run(session, workspace)
    guests = invite(workspace)
    session.answer(_demo_facts(simulated, report) | {"accounts": guests.names})
    if not session.is_json:
        tell_demo(workspace, simulated, report, guests)


def _claim_folder(output: Path) -> None:
    """Only a new, an empty or an earlier demo's folder is written into."""
    is_free = not output.exists() or (output.is_dir() and not any(output.iterdir()))
    if is_free:
        output.mkdir(parents=True, exist_ok=True)
        (output / _MARK).touch()
    if (output / _MARK).is_file():
        return
    raise MisuseError(
        f"{output} exists and is not from a demo",
        f"--output {output}",
        "Name a folder that does not exist yet: studium demo --output DIR",
    )


def _begin(output: Path) -> "Workspace":
    from studium.config import SETTINGS_FILE, open_workspace, write_default_settings

    if not (output / SETTINGS_FILE).exists():
        write_default_settings(output, [Path("invented/logs"), Path("invented/packages")])
    return open_workspace(output)


def _run(session: Session, workspace: "Workspace") -> "RunReport":
    from studium.pipeline import Job, run

    return run(Job(workspace, session.progress()))


def _demo_facts(simulated: "SimulationReport", report: "RunReport") -> dict[str, Any]:
    return {
        "simulated": asdict(simulated),
        "landed": land_facts(report.landed),
        "published": publication_facts(report.published),
        "seconds": report.seconds,
    }
