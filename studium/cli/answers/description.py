"""`studium describe`: what each table of a release means, as its author wrote it.

Enters: a release, maybe the name of a table. Leaves: grain, columns, tests, readable SQL and inputs.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.tables import count, figure, table_lines

if TYPE_CHECKING:
    from studium.publish import Manifest, Release
    from studium.vocabulary import InputFile, Table

_MOST_INPUTS = 5


@click.command(cls=Command)
@click.argument("table", required=False)
@click.option(
    "--release", "release_id", metavar="ID", help="Explain this one; by default the current one."
)
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


def readable_sql(sql: str) -> str:
    """A model's SQL without dbt's marks: names instead of references, macros as plain calls."""
    text = re.sub(r"\{\{\s*config\(.*?\)\s*\}\}|\{#.*?#\}", "", sql, flags=re.DOTALL)
    text = re.sub(r"\{\{\s*ref\(['\"](\w+)['\"]\)\s*\}\}", r"\1", text)
    text = re.sub(r"\{\{\s*source\(['\"](\w+)['\"],\s*['\"](\w+)['\"]\)\s*\}\}", r"\1.\2", text)
    text = re.sub(r"['\"]?\{\{\s*var\(['\"](\w+)['\"]\)\s*\}\}['\"]?", r":\1", text)
    text = re.sub(r"\{\{-?\s*(.*?)\s*-?\}\}", r"\1", text, flags=re.DOTALL)
    text = re.sub(r"\{%-?\s*(.*?)\s*-?%\}", r"-- \1", text, flags=re.DOTALL)
    return text.strip()


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
    rows = [
        (table.name, figure(table.rows), table.grain.split(". ")[0]) for table in manifest.tables
    ]
    session.say("\n" + "\n".join(table_lines(["table", "rows", "grain"], rows, widest=None)))
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
    session.say(f"\nSQL, with the names of macros\n{readable_sql(table.sql) or 'not recorded'}")
    manifest = release.manifest
    inputs = manifest.inputs
    session.say(f"\n{_interval(manifest)}")
    session.say(f"Inputs of the release: {count(len(inputs), 'file')}, {_lines(inputs)}")
    rows = [(it.sha256[:12], figure(it.lines), it.path) for it in inputs[:_MOST_INPUTS]]
    session.say("\n".join(table_lines(["sha256", "lines", "file"], rows, widest=None)))
    if len(inputs) > _MOST_INPUTS:
        session.say(
            f"… and {len(inputs) - _MOST_INPUTS:,} more, all of them: studium describe --json"
        )


def _lines(inputs: "Sequence[InputFile]") -> str:
    return count(sum(it.lines for it in inputs), "line")


def _interval(manifest: "Manifest") -> str:
    build = manifest.build
    first = build.events_from or "the first event"
    end = f"before {build.as_of}" if build.as_of else "to the last event"
    definitions = "definitions of the published systems (compat)" if build.compat else "fixed"
    return f"Events from {first}, {end}; definitions: {definitions}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
