"""Taking data out: `export` one table for another program, `package` all tables of one course, `report` as edX did.

Enters: options. Leaves: files with their dictionary, README and checksums, and what was written.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from studium.cli.contained import IN_MEMORY_MB, PROGRAM_MB, contained
from studium.cli.leaving import remember_leaving
from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.tables import count, size
from studium.errors import MisuseError
from studium.vocabulary import Scope

if TYPE_CHECKING:
    from studium.config import Workspace
    from studium.publish import Delivery, Operator
    from studium.serve import RoleRecipient

_SUFFIXES = {
    ".csv": "csv",
    ".parquet": "parquet",
    ".dta": "stata",
    ".sav": "spss",
    ".graphml": "graphml",
}

_SPREADSHEETS = {".xlsx", ".xls", ".ods"}
_IN_MEMORY = {"stata", "spss"}

_release = click.option(
    "--release", "release_id", metavar="ID", help="Which release; by default the current one."
)
_time_limit = click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Stop reading after this time; by default query.time_limit_seconds.",
)
_force = click.option("--force", is_flag=True, help="Replace files that are there already.")


_for = click.option(
    "--for",
    "role",
    type=click.Choice(["researcher", "course_staff", "operator"]),
    help="Columns, names and hidden counts as the role has them; operator: with true names. By default "
    "operator for export, researcher for package.",
)
_personal = click.option(
    "--personal",
    is_flag=True,
    help="With personal columns, such as addresses and coordinates; only for the operator.",
)


_whose = click.option(
    "--recipient",
    "person",
    metavar="NAME",
    default="",
    help="Who gets it: with privacy.pseudonyms = recipient pseudonyms are theirs alone; by default nobody is named.",
)


def _as_names(
    _ctx: click.Context, _parameter: click.Parameter, value: str | None
) -> tuple[str, ...]:
    return tuple(name.strip() for name in (value or "").split(",") if name.strip())


@click.command(cls=Command)
@click.argument("table")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_SUFFIXES.values())),
    help="By default what the suffix of --output says, else csv.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="The file, or with --by-course the folder; by default named for the table.",
)
@click.option(
    "--course",
    "courses",
    multiple=True,
    metavar="KEY",
    help="Only this course, also several times; by default all.",
)
@click.option(
    "--combined/--by-course",
    default=True,
    show_default=True,
    help="All courses in one file, or one file for each.",
)
@click.option(
    "--columns",
    callback=_as_names,
    metavar="A,B",
    help="Only these columns, in this order; by default all.",
)
@click.option(
    "--where", default="", metavar="CONDITION", help="Only rows for which it holds; by default all."
)
@_for
@_whose
@_personal
@_release
@_time_limit
@_force
@examples(
    "studium export person_course --output person_course.dta",
    "studium export person_course_day --where \"nevents > 100 and date >= date '2024-03-01'\"",
)
@pass_session
def export(session: Session, /, table: str, combined: bool, **options: Any) -> None:
    """Write a table for another program, its dictionary and README beside it."""
    from studium import publish

    output: Path | None = options["output"]
    workspace = session.workspace()
    recipient = _recipient(workspace, options, "operator")
    order = publish.Order(
        table=table,
        form=_format(options["form"], output),
        columns=options["columns"],
        scopes=tuple(Scope("course", key) for key in options["courses"]),
        where=options["where"],
        by="" if combined else "course",
        release_id=options["release_id"],
        time_limit_seconds=options["time_limit"],
        recipient=recipient,
    )
    what = {"for": recipient.name, "personal": options["personal"], "where": order.where}
    what |= {"recipient": options["person"]} if options["person"] else {}
    remember_leaving(
        workspace, "export", table, what | {"columns": order.columns, "courses": order.ids}
    )

    def work() -> None:
        progress = session.progress()
        delivery = publish.export_table(workspace, order, output, progress, options["force"])
        _tell(session, delivery)

    contained(session, work, IN_MEMORY_MB if order.form in _IN_MEMORY else PROGRAM_MB)


@click.command(cls=Command)
@click.argument("course")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "parquet"]),
    default="csv",
    show_default=True,
    help="Of the tables; CSV is compressed.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="The .zip file, or its folder; by default named for the course and the release.",
)
@_for
@_whose
@_personal
@_release
@_time_limit
@_force
@examples(
    "studium package course-v1:MITx+6.00x+2024_Spring",
    "studium package MITx/6.00x/2013_Spring --format parquet --output /data/packages",
)
@pass_session
def package(session: Session, /, course: str, form: str, **options: Any) -> None:
    """Write all tables of one course, with dictionary and checksums, into one archive."""
    from studium import publish

    workspace = session.workspace()
    recipient = _recipient(workspace, options, "researcher")
    wanted = publish.Package(
        Scope("course", course), form, options["release_id"], options["time_limit"], recipient
    )
    what = {"for": recipient.name, "personal": options["personal"]}
    what |= {"recipient": options["person"]} if options["person"] else {}
    remember_leaving(workspace, "package", course, what)
    delivery = publish.package_scope(
        workspace,
        wanted,
        options["output"],
        session.progress(),
        force=options["force"],
    )
    _tell(session, delivery)


@click.command(cls=Command)
@click.argument("report")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder; by default named for the report.",
)
@click.option(
    "--course",
    "courses",
    multiple=True,
    metavar="KEY",
    help="Only this course, also several times; by default all.",
)
@click.option(
    "--emails",
    is_flag=True,
    help="With addresses of learners, which are in no release: they come from the warehouse.",
)
@_release
@_force
@examples(
    "studium report student_engagement_weekly --output /data/reports",
    "studium report answer_distribution --course course-v1:MITx+6.00x+2024_Spring",
)
@pass_session
def report(session: Session, /, report: str, courses: tuple[str, ...], **options: Any) -> None:
    """Write a report as the CSV files of edX's analytics pipeline, a folder per course."""
    from studium import publish

    order = publish.ReportOrder(report, courses, options["emails"], options["release_id"])
    workspace = session.workspace()
    remember_leaving(workspace, "report", report, {"courses": courses, "emails": options["emails"]})
    delivery = publish.write_report(
        workspace,
        order,
        options["output"] or Path(report),
        session.progress(),
        force=options["force"],
    )
    _tell(session, delivery)


def _recipient(
    workspace: "Workspace", options: dict[str, Any], default: str
) -> "Operator | RoleRecipient":
    from studium import publish

    wanted = options["role"] or default
    if wanted == "operator":
        return publish.Operator(options["personal"])
    if options["personal"]:
        raise MisuseError(
            f"A {wanted} gets no personal columns",
            "--personal",
            "Leave --personal out, or say who answers for them: --for operator --personal",
        )
    from studium.serve import Role, recipient_of

    return recipient_of(workspace, options["release_id"], Role(wanted), options["person"])


def _format(form: str | None, output: Path | None) -> str:
    suffix = output.suffix if output is not None else ""
    named = _SUFFIXES.get(suffix)
    if form is not None and named is not None and form != named:
        raise MisuseError(
            f"A file that ends in {suffix} is no {form}",
            f"--format {form} --output {output}",
            "Leave --format out, or give the file another name",
        )
    if form is None and named is None and suffix in _SPREADSHEETS:
        raise MisuseError(
            f"Studium writes no {suffix}",
            f"--output {output}",
            f"Spreadsheets open CSV: --output {output.with_suffix('.csv') if output else ''}; "
            f"other forms: {', '.join(_SUFFIXES)}",
        )
    return form or named or "csv"


def _tell(session: Session, delivery: "Delivery") -> None:
    facts = {
        "release": delivery.release_id,
        "rows": delivery.rows,
        "folder": delivery.folder,
        "files": [file._asdict() for file in delivery.files],
    }
    session.answer(facts)
    session.say(f"{count(delivery.rows, 'row')} of release {delivery.release_id}")
    for file in delivery.files:
        session.say(f"  {delivery.folder / file.name}  {size(file.bytes)}")
    if not delivery.rows:
        session.say("No row: what it is made from has not arrived, or the conditions left none.")
        session.say("See what arrived: studium status")
