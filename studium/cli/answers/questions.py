"""One question to the current release in SQL: a table on the terminal, or rows as a file.

Enters: SQL, a form. Leaves: rows; the question is asked in a child that the system stops where it takes too much.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from studium.cli.contained import contained
from studium.cli.leaving import remember_leaving
from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.tables import WIDEST_CELL, count, table_lines
from studium.errors import MisuseError

if TYPE_CHECKING:
    from studium.publish import Answer

_MOST_ROWS = 500
_SUFFIXES = {".csv": "csv", ".json": "json", ".parquet": "parquet"}


@click.command(cls=Command)
@click.argument("sql")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "parquet"]),
    help="How rows are written; by default a table, or what the suffix of --output says.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Write all rows into this file; by default to the terminal.",
)
@click.option(
    "--release", "release_id", metavar="ID", help="Ask this release; by default the current one."
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Stop the query after this time; by default query.time_limit_seconds.",
)
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
@examples(
    'studium query "from course_activity limit 10"',
    'studium query "select * from video" --output video.parquet',
)
@pass_session
def query(session: Session, /, sql: str, form: str | None, output: Path | None, **how: Any) -> None:
    """Ask the current release one question in SQL."""
    form = _format(session, form, output)
    contained(session, lambda: _ask(session, sql, form, output, how))


def _ask(session: Session, sql: str, form: str, output: Path | None, how: dict[str, Any]) -> None:
    from studium import publish

    workspace = session.workspace()
    with publish.query(workspace, sql, how["release_id"], how["time_limit"]) as answer:
        remember_leaving(
            workspace, "query", answer.release.id, {"sql": sql, "output": str(output or "")}
        )
        if form == "table":
            _print_table(answer)
            return
        rows = publish.write_answer(answer, form, output, sys.stdout.buffer, how["force"])
    if output is not None:
        click.echo(f"{count(rows, 'row')} written to {output}", err=True)


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
    rows = answer.first_rows(_MOST_ROWS + 1, WIDEST_CELL + 1)
    click.echo("\n".join(table_lines(answer.columns, rows[:_MOST_ROWS])))
    if len(rows) > _MOST_ROWS:
        click.echo(f"The first {_MOST_ROWS} rows; all of them: --format csv", err=True)
