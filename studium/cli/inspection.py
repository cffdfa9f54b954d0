"""Looking without changing anything: status, releases, query, describe.

Enters: a workspace; no lock is needed. Leaves: tables for people, JSON for machines.
"""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from studium.cli.dumps import package_facts, package_lines
from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.tables import bar_lines, count, figure, ignored_lines, size, table_lines
from studium.errors import MisuseError, StudiumError

if TYPE_CHECKING:
    from studium.config import Workspace
    from studium.lake import InputFile, LakeStatus
    from studium.publish import Answer, Manifest, Release, Table

_MOST_DAYS = 14
_MOST_DAMAGED = 3
_MOST_ROWS = 500
_SUFFIXES = {".csv": "csv", ".json": "json", ".parquet": "parquet"}


@click.command(cls=Command)
@click.option("--types", is_flag=True, help="Count the lines of each event type.")
@click.option("--files", "list_files", is_flag=True, help="List every landed file.")
@examples("studium status", "studium status --types")
@pass_session
def status(session: Session, types: bool, list_files: bool) -> None:
    """Show files, events by day, rejects, the current release and what is not yet in it."""
    from studium import lake

    workspace = session.workspace()
    standing = lake.status(workspace)
    stuck = lake.waiting(workspace)
    damaged = lake.find_damage(workspace)
    release, problem = _current(workspace)
    pending = _pending(standing, release)
    facts = {
        "workspace": workspace.root,
        "files": len(standing.files),
        "lines": standing.lines,
        "events": standing.events,
        "duplicates": standing.duplicates,
        "quarantined": standing.quarantined,
        "skipped": standing.skipped,
        "rows": standing.table_rows,
        "packages": package_facts(workspace),
        "release": release.id if release else None,
        "release_problem": problem,
        "not_in_release": [file.path for file in pending],
        "not_landed": [{"file": file.path, "problem": file.damage} for file in stuck],
        "damaged": [
            {"file": damage.path, "problem": damage.problem, "fix": damage.fix}
            for damage in damaged
        ],
        "events_by_day": standing.by_date,
        "rejects_by_reason": standing.rejects,
        "ignored": [{"file": path, "reason": why} for path, why in standing.ignored.items()],
    }
    if types:
        facts["event_types"] = _types(workspace)
        facts["unknown_fields"] = dict(_unknown(workspace))
    if list_files:
        facts["file_list"] = [_file_facts(file) for file in standing.files]
    session.answer(facts)
    if not session.is_json:
        _tell_status(session, facts, release, types)


@click.command(cls=Command)
@examples("studium releases", "studium releases --json")
@pass_session
def releases(session: Session) -> None:
    """List what was published, newest first."""
    from studium import publish

    workspace = session.workspace()
    current, problem = _current(workspace)
    found = publish.releases(workspace)
    facts = [_release_facts(release, current) for release in found]
    session.answer({"releases": facts, "problem": problem})
    if not facts:
        session.say("Nothing was published yet. Publish first: studium run")
    if problem:
        session.say(f"{problem}. Go back to one of these: studium rollback ID")
    rows = [
        (
            "→" if fact["is_current"] else "",
            fact["id"],
            fact["created_at"].strftime("%Y-%m-%d %H:%M:%S"),
            figure(fact["events"]),
            figure(fact["rows"]),
            size(fact["bytes"]),
        )
        for fact in facts
    ]
    if rows:
        headings = ["", "release", "published (UTC)", "events", "rows", "size"]
        session.say("\n".join(table_lines(headings, rows)))


@click.command(cls=Command)
@click.argument("sql")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "parquet"]),
    help="By default a table, or what the suffix of --output says.",
)
@click.option("--output", type=click.Path(path_type=Path), help="Write into this file.")
@click.option("--release", "release_id", metavar="ID", help="Another release than the current.")
@examples(
    'studium query "from course_activity limit 10"',
    'studium query "select * from video" --output video.parquet',
)
@pass_session
def query(
    session: Session, sql: str, form: str | None, output: Path | None, release_id: str | None
) -> None:
    """Ask the current release one question in SQL."""
    from studium import publish

    form = _format(session, form, output)
    with publish.query(session.workspace(), sql, release_id) as answer:
        if form == "table":
            _print_table(answer)
            return
        rows = publish.write_answer(answer, form, output, sys.stdout.buffer)
    if output is not None:
        click.echo(f"{count(rows, 'row')} written to {output}", err=True)


@click.command(cls=Command)
@click.argument("table", required=False)
@click.option("--release", "release_id", metavar="ID", help="Another release than the current.")
@examples("studium describe", "studium describe person_course_day")
@pass_session
def describe(session: Session, table: str | None, release_id: str | None) -> None:
    """Explain the tables of a release: grain, columns, units, tests, SQL and inputs."""
    from studium import publish

    release = publish.find_release(session.workspace(), release_id)
    if table is None:
        session.answer(_manifest_facts(release.manifest))
        _tell_tables(session, release)
        return
    found = publish.find_table(release, table)
    session.answer(_table_facts(found) | {"release": release.id})
    _tell_table(session, found, release)


def _current(workspace: "Workspace") -> "tuple[Release | None, str | None]":
    from studium import publish

    try:
        return publish.current_release(workspace), None
    except StudiumError as error:
        return None, error.problem


def _pending(standing: "LakeStatus", release: "Release | None") -> "list[InputFile]":
    published = {file.sha256 for file in release.manifest.inputs} if release else set()
    return [file for file in standing.files if file.sha256 not in published]


def _types(workspace: "Workspace") -> list[dict[str, Any]]:
    from studium import lake

    return [
        {"event_type": name, "event_source": source, "lines": lines}
        for name, source, lines in lake.event_types(workspace)
    ]


def _unknown(workspace: "Workspace") -> list[tuple[str, int]]:
    from studium import lake

    return lake.unknown_fields(workspace)


def _file_facts(file: "InputFile") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(file)


def _tell_status(
    session: Session, facts: dict[str, Any], release: "Release | None", types: bool
) -> None:
    session.say(f"Workspace {facts['workspace']}")
    names = ("files", "lines", "events", "rows", "duplicates", "quarantined", "skipped")
    session.say("\n".join(table_lines(names, [[figure(facts[name]) for name in names]])))
    _tell_days(session, facts["events_by_day"])
    packages = package_lines(facts["packages"])
    if packages:
        session.say("\n" + "\n".join(packages))
    _tell_counts(session, "Lines in quarantine", ["reason", "lines"], facts["rejects_by_reason"])
    ignored = [(item["file"], item["reason"]) for item in facts["ignored"]]
    if ignored:
        session.say("\n" + "\n".join(ignored_lines(ignored)))
    for stuck in facts["not_landed"]:
        session.say(f"\nNot landed: {stuck['file']}: {stuck['problem'] or 'the run was stopped'}")
    _tell_damage(session, facts["damaged"])
    if types:
        rows = [
            (item["event_type"], item["event_source"], figure(item["lines"]))
            for item in facts["event_types"]
        ]
        session.say("\n" + "\n".join(table_lines(["event type", "source", "lines"], rows)))
        _tell_counts(
            session, "Fields without a column", ["field", "lines"], facts["unknown_fields"]
        )
    for file in facts.get("file_list", []):
        session.say(
            f"{file['sha256'][:12]}  {file['state']:<10} {file['lines']:>12,}  {file['path']}"
        )
    _tell_release(session, facts, release)


def _tell_damage(session: Session, damaged: list[dict[str, Any]]) -> None:
    if damaged:
        session.say(f"\nDamaged: {count(len(damaged), 'file')}, for example")
    for item in damaged[:_MOST_DAMAGED]:
        session.say(f"  {item['file']} {item['problem']}\n  {item['fix']}")


def _tell_days(session: Session, by_date: dict[str, int]) -> None:
    if not by_date:
        return
    days = list(by_date.items())
    shown = dict(days[-_MOST_DAYS:])
    title = f"Events by day, {days[0][0]} to {days[-1][0]}"
    if len(days) > _MOST_DAYS:
        title += f", the last {_MOST_DAYS} of {len(days)} days"
    session.say(f"\n{title}")
    session.say("\n".join(bar_lines(shown, width=40)))


def _tell_counts(session: Session, title: str, headings: list[str], counts: dict[str, int]) -> None:
    if counts:
        rows = [(name, figure(number)) for name, number in counts.items()]
        session.say(f"\n{title}\n" + "\n".join(table_lines(headings, rows)))


def _tell_release(session: Session, facts: dict[str, Any], release: "Release | None") -> None:
    session.say()
    if release is None:
        session.say(facts["release_problem"] or "Nothing was published yet: studium run")
        return
    pending = facts["not_in_release"]
    session.say(f"Current release {release.id} at {release.path}")
    if pending:
        session.say(f"Not in it yet: {count(len(pending), 'file')}, for example {pending[0]}")
        session.say("Publish them: studium run")
    elif facts["files"]:
        session.say("Every landed file is in it.")
    else:
        session.say("No landed file counts here: studium land PATH")


def _release_facts(release: "Release", current: "Release | None") -> dict[str, Any]:
    manifest = release.manifest
    return {
        "id": release.id,
        "is_current": current is not None and current.id == release.id,
        "created_at": manifest.created_at,
        "path": release.path,
        "events": manifest.events,
        "rows": sum(table.rows for table in manifest.tables),
        "bytes": manifest.database_bytes,
        "events_from": manifest.build.events_from,
        "as_of": manifest.build.as_of,
        "compat": manifest.build.compat,
    }


def _format(session: Session, form: str | None, output: Path | None) -> str:
    if session.is_json:
        return "json"
    if form is None and output is not None:
        form = _SUFFIXES.get(output.suffix)
    if form in {None, "table"} and output is not None:
        raise MisuseError(
            "A file needs a format",
            f"--output {output}",
            "Add --format csv, json or parquet, or end the name in .csv, .json or .parquet",
        )
    if form == "parquet" and output is None:
        raise MisuseError(
            "Parquet is no text to print", "--format parquet", "Name a file: --output FILE.parquet"
        )
    return form or "table"


def _print_table(answer: "Answer") -> None:
    rows: list[Sequence[object]] = []
    more = False
    for row in answer.rows():
        if len(rows) == _MOST_ROWS:
            more = True
            break
        rows.append(row)
    click.echo("\n".join(table_lines(answer.columns, rows)))
    if more:
        click.echo(f"The first {_MOST_ROWS} rows; all of them: --format csv", err=True)


def _manifest_facts(manifest: "Manifest") -> dict[str, Any]:
    import msgspec

    facts: dict[str, Any] = msgspec.to_builtins(manifest)
    return facts


def _table_facts(table: "Table") -> dict[str, Any]:
    import msgspec

    facts: dict[str, Any] = msgspec.to_builtins(table)
    return facts


def _tell_tables(session: Session, release: "Release") -> None:
    manifest = release.manifest
    session.say(f"Release {release.id}, published {_minute(manifest.created_at)} UTC")
    session.say(_interval(manifest))
    rows = [(table.name, figure(table.rows), table.grain) for table in manifest.tables]
    session.say("\n" + "\n".join(table_lines(["table", "rows", "grain"], rows)))
    session.say(f"\nMade from {count(len(manifest.inputs), 'file')}")
    session.say("One of them: studium describe TABLE")


def _tell_table(session: Session, table: "Table", release: "Release") -> None:
    session.say(f"{table.name}: {count(table.rows, 'row')}, in release {release.id}")
    session.say(table.grain)
    session.say()
    for column in table.columns:
        unit = f" [{column.unit}]" if column.unit else ""
        session.say(f"{column.name}  {column.type}{unit}")
        session.say(f"    {column.description or 'no description'}")
    session.say(f"\nTests: {', '.join(table.tests) or 'none'}")
    session.say(f"Reads: {', '.join(table.depends_on) or 'nothing'}")
    session.say(f"\nSQL\n{table.sql.strip() or 'not recorded'}")
    manifest = release.manifest
    session.say(f"\n{_interval(manifest)}\nInputs of the release")
    rows = [(file.sha256[:12], figure(file.lines), file.name) for file in manifest.inputs]
    session.say("\n".join(table_lines(["sha256", "lines", "file"], rows)))


def _interval(manifest: "Manifest") -> str:
    build = manifest.build
    first = build.events_from or "the first event"
    end = f"before {build.as_of}" if build.as_of else "to the last event"
    definitions = "definitions of the published systems (compat)" if build.compat else "fixed"
    return f"Events from {first}, {end}; definitions: {definitions}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
