"""The steps as commands: land, build, check, publish, and run for all of them.

Enters: options. Leaves: what each step did, in a few lines or as JSON.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from studium.cli.answers.areas import area_facts, held_back_lines
from studium.cli.answers.dumps import landed_lines, rejected_lines
from studium.cli.answers.inspection import far_ahead
from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.tables import count, ignored_lines, table_lines

if TYPE_CHECKING:
    from studium.config import Workspace
    from studium.lake import LandReport
    from studium.pipeline import Job
    from studium.publish import Publication
    from studium.vocabulary import CheckOutcome
    from studium.warehouse import BuildReport

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _as_date(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        raise click.BadParameter(f"{value!r} is no date; write it like 2024-03-01")
    return day


class RawPath(click.Path):
    """A path to land; an empty one, as of an unset variable in a script, would be the current folder."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | str | bytes | Any:
        """The path, or a usage error."""
        if value == "":
            self.fail("the path is empty; the current folder is named `.`", param, ctx)
        return super().convert(value, param, ctx)


raw_paths = click.argument("paths", nargs=-1, type=RawPath(readable=False, path_type=Path))
waiting = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait this long for another command on the workspace; by default not at all.",
)
day = click.option(
    "--today",
    callback=_as_date,
    metavar="DATE",
    help="The day against which freshness is measured; by default the calendar's.",
)


def interval_options(function: _Function) -> _Function:
    """--as-of, --events-from, --compat, --full-refresh and --force: they win over the settings."""
    options = [
        click.option(
            "--as-of",
            callback=_as_date,
            metavar="DATE",
            help="Count events before this day; by default build.as_of, else all.",
        ),
        click.option(
            "--events-from",
            callback=_as_date,
            metavar="DATE",
            help="Count events from this day on; by default build.events_from, else all.",
        ),
        click.option(
            "--compat",
            is_flag=True,
            help="Compute as the published systems do; by default as build.compat says.",
        ),
        click.option(
            "--full-refresh",
            is_flag=True,
            help="Compute all days again; by default only those that changed.",
        ),
        click.option(
            "--force",
            is_flag=True,
            help="Also with an --as-of that leaves no event, or no package of a course that has some.",
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


@click.command(cls=Command)
@raw_paths
@waiting
@examples("studium land", "studium land /data/logs tracking.log-20240301.gz")
@pass_session
def land(session: Session, paths: tuple[Path, ...], wait: float) -> int:
    """Take raw files of the sources, or PATHS, into the lake."""
    from studium import pipeline

    report = pipeline.land(session.job(wait), paths)
    session.answer(land_facts(report))
    tell_landing(session, report)
    return 1 if report.failed else 0


@click.command(cls=Command)
@interval_options
@waiting
@examples("studium build", "studium build --events-from 2024-01-01 --as-of 2024-07-01")
@pass_session
def build(session: Session, /, wait: float, full_refresh: bool, **interval: Any) -> None:
    """Compute the tables from what the lake holds."""
    from studium import pipeline

    job = _job(session, wait, full_refresh, interval)
    report = pipeline.build(job)
    session.answer(build_facts(report))
    _tell_build(session, report)
    _tell_left_out(session, job.workspace)


@click.command(cls=Command)
@click.option(
    "--show",
    metavar="NAME",
    help="Print the rows that break this check, and run none; by default all are run.",
)
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many rows --show prints at most.",
)
@waiting
@examples("studium check", "studium check --show every_event_is_counted_once")
@pass_session
def check(session: Session, show: str | None, rows: int, wait: float) -> int:
    """Run all data tests on the tables that were built."""
    from studium import pipeline
    from studium.publish import as_json

    if show is not None:
        found = pipeline.failing_rows(session.job(wait), show, rows)
        records = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
        session.answer({"check": show, "rows": as_json(records)})
        if found.rows:
            session.say("\n".join(table_lines(found.columns, found.rows)))
        else:
            session.say(f"No row breaks {show}.")
        return 0
    results = pipeline.check(session.job(wait))
    session.answer([check_facts(result) for result in results])
    return _tell_checks(session, results)


@click.command(cls=Command)
@day
@waiting
@examples("studium publish", "studium publish --wait 600")
@pass_session
def publish(session: Session, today: date | None, wait: float) -> int:
    """Make a release of the tables, if every condition of the gate holds."""
    from studium import pipeline
    from studium.publish import Clock

    publication = pipeline.publish(session.job(wait), Clock.real(today))
    session.answer(publication_facts(publication))
    tell_publication(session, publication)
    return 1 if publication.release.manifest.held_back else 0


@click.command(cls=Command)
@raw_paths
@interval_options
@day
@waiting
@examples("studium run", "studium run /data/logs --as-of 2024-07-01")
@pass_session
def run(
    session: Session, /, paths: tuple[Path, ...], today: date | None, wait: float, **options: Any
) -> int:
    """Land, build, check and publish: all steps in one go."""
    from studium import pipeline
    from studium.publish import Clock

    full_refresh = options.pop("full_refresh")
    job = _job(session, wait, full_refresh, options)
    report = pipeline.run(job, paths, Clock.real(today))
    session.answer(
        {
            "landed": land_facts(report.landed),
            "built": build_facts(report.built),
            "checks": [check_facts(result) for result in report.checked],
            "published": publication_facts(report.published),
            "seconds": report.seconds,
        }
    )
    tell_landing(session, report.landed)
    _tell_build(session, report.built)
    _tell_left_out(session, job.workspace)
    _tell_far_ahead(session, job.workspace)
    _tell_checks(session, report.checked)
    tell_publication(session, report.published)
    steps = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in report.seconds.items())
    session.say(f"Took      {sum(report.seconds.values()):.1f} s: {steps}")
    is_whole = not (report.landed.failed or report.published.release.manifest.held_back)
    return 0 if is_whole else 1


def land_facts(report: "LandReport") -> dict[str, Any]:
    """A landing as JSON."""
    return asdict(report)


def build_facts(report: "BuildReport") -> dict[str, Any]:
    """A build as JSON."""
    import msgspec

    facts: dict[str, Any] = msgspec.to_builtins(report)
    return facts


def check_facts(result: "CheckOutcome") -> dict[str, Any]:
    """A check's outcome as JSON."""
    import msgspec

    return msgspec.structs.asdict(result)


def publication_facts(publication: "Publication") -> dict[str, Any]:
    """A publication as JSON, without the manifest's long texts."""
    manifest = publication.release.manifest
    return {
        "release": publication.release.id,
        "path": publication.release.path,
        "is_new": publication.is_new,
        "tables": {table.name: table.rows for table in manifest.tables},
        "conditions": [condition._asdict() for condition in publication.conditions],
        "areas": {area.name: area_facts(area) for area in manifest.areas},
        "not_published": manifest.held_back,
        "removed": publication.removed,
        "held_back": publication.held_back,
    }


def tell_landing(session: Session, report: "LandReport", is_again: bool = False) -> None:
    """What was new in a landing, or what became of files that were parsed `is_again`."""
    new = [file for file in report.landed if is_again or file.sha256 not in report.read_again]
    lines = sum(file.lines for file in new)
    quarantined = sum(file.quarantined for file in new)
    known = report.unchanged + len(report.recognised)
    found = f"with {count(lines, 'line')}, {quarantined:,} of them in quarantine"
    if is_again:
        session.say(f"Parsed    {count(len(new), 'file')} again, {found}")
    else:
        session.say(f"Landed    {count(len(new), 'new file')} {found}; {known:,} known")
    for file in report.landed:
        if file.damage:
            session.say(f"          {file.state}: {file.path}: {file.damage}")
    for line in [*rejected_lines(new), *landed_lines(report)]:
        session.say(f"          {line}")
    for path, reason in report.failed:
        session.say(f"          failed: {path}: {reason}")
    if report.failed:
        session.say("          Correct that, then land again what is missing: studium land")
    _tell_made_again(session, report)
    for path in report.superseded:
        session.say(f"          replaced by its longer version: {path}")
    for line in ignored_lines(report.ignored) if report.ignored else []:
        session.say(f"          {line}")


def _tell_made_again(session: Session, report: "LandReport") -> None:
    if report.repaired:
        found = count(len(report.repaired), "lost or damaged file")
        session.say(f"          {found} of the lake made again")
    if report.outdated:
        found = count(len(report.outdated), "outdated file")
        session.say(f"          {found} of the lake made again: an older version of Studium wrote")
        session.say(
            f"          what this one reads from {count(len(report.read_again), 'raw file')} otherwise"
        )


def tell_publication(session: Session, publication: "Publication") -> None:
    """The release, and whether it is new."""
    release = publication.release
    rows = sum(table.rows for table in release.manifest.tables)
    if publication.held_back:
        session.say(f"Published nothing: {publication.held_back} says the same, and a rollback put")
        session.say(
            f"          current at {release.id}, where it stays until there is something new"
        )
        session.say(f"          Go forward: studium rollback {publication.held_back}")
        return
    if publication.is_new:
        tables = count(len(release.manifest.tables), "table")
        session.say(f"Published {release.id}: {tables} with {count(rows, 'row')}")
    else:
        session.say(f"Published nothing new: {release.id} says the same and is current")
    session.say(f"          {release.path}")
    for line in held_back_lines(release.manifest):
        session.say(f"          {line}")
    for removed in publication.removed:
        session.say(f"          removed old release {removed}")


def _job(session: Session, wait: float, full_refresh: bool, interval: dict[str, Any]) -> "Job":
    import msgspec

    job = session.job(wait)
    workspace = job.workspace.with_interval(
        interval["events_from"], interval["as_of"], interval["compat"]
    )
    return msgspec.structs.replace(
        job,
        workspace=workspace,
        full_refresh=full_refresh,
        refuses_bare=interval["as_of"] is not None and not interval["force"],
    )


def _tell_build(session: Session, report: "BuildReport") -> None:
    interval = report.interval
    first = f"from {interval.events_from} " if interval.events_from else ""
    for failure in report.failures:
        session.say(f"Failed    {failure.area}: {failure.problem}. {failure.fix}")
    if not report.models:
        session.say(
            f"Built     nothing: no table follows from what changed, events {first}before {interval.as_of}"
        )
        return
    days = "all days" if report.is_full else count(len(report.touched_dates), "changed day")
    session.say(
        f"Built     {count(len(report.models), 'model')} over {days}, events {first}before "
        f"{interval.as_of}: planning {report.start_seconds:.1f} s, queries {report.query_seconds:.1f} s"
    )


def _tell_left_out(session: Session, workspace: "Workspace") -> None:
    from studium import lake

    found = lake.left_out(workspace, workspace.settings.build.as_of)
    for line in found.said() if found else []:
        session.say(f"          {line}")


def _tell_far_ahead(session: Session, workspace: "Workspace") -> None:
    from studium import lake

    remark = far_ahead(workspace, lake.status(workspace))
    if remark:
        session.say(f"          {remark}")


def _tell_checks(session: Session, results: "list[CheckOutcome]") -> int:
    failed = [result for result in results if result.status not in {"pass", "warn"}]
    session.say(f"Checked   {count(len(results), 'promise')}, {len(failed)} broken")
    if failed:
        rows = [(result.name, result.model, result.failures) for result in failed]
        for line in table_lines(["check", "model", "rows"], rows):
            session.say(f"          {line}")
        session.say(f"See them: studium check --show {failed[0].name}")
    return 1 if failed else 0
