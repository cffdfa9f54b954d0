"""Writes docs/reference and docs/definitions.md: commands, settings, tables and their two definitions.

Enters: the click program, the settings' types, the models' descriptions. Leaves: Markdown;
tests/test_docs.py fails when a file is stale. Run by `make docs`.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from studium.analyses import analysis_catalogue
from studium.cli import all_commands, program
from studium.cli.session import Command
from studium.config import (
    SettingInfo,
    Settings,
    Workspace,
    list_settings,
    list_source_settings,
    sections,
)
from studium.vocabulary import Table
from studium.warehouse import catalogue

FOLDER = Path(__file__).parent
MADE = "<!-- Made by `make docs`; edit the code, not this file. -->"


def write_all() -> list[Path]:
    """Write every page and return the paths."""
    (FOLDER / "reference").mkdir(exist_ok=True)
    pages = make_pages()
    for name, text in pages.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return [FOLDER / name for name in pages]


def make_pages() -> dict[str, str]:
    """Path below docs and content of every page."""
    models = _models()
    return {
        "reference/cli.md": "\n".join(_command_lines()) + "\n",
        "reference/settings.md": "\n".join(_settings_lines()) + "\n",
        "reference/tables.md": "\n".join(_tables_lines(models)) + "\n",
        "definitions.md": "\n".join(_definition_lines(models)) + "\n",
    }


def _models() -> list[Table]:
    with tempfile.TemporaryDirectory() as folder:
        built = catalogue(Workspace(root=Path(folder), settings=Settings()))
    return sorted([*built, *analysis_catalogue()], key=lambda model: model.name)


def _command_lines() -> Iterator[str]:
    yield from ("# Commands", "", MADE, "")
    yield from (program.help or "").strip().splitlines()
    yield from ("", "Before the command:", "")
    yield from _option_lines(program)
    yield from (
        "",
        "Exit codes: 0 done, 1 the data or the state refused, 2 misuse, 130 stopped by Ctrl-C.",
        "An error has three lines: what is wrong, where, what to do next; with `--json` it is an",
        "object on stdout.",
    )
    for name, command in all_commands().items():
        yield from ("", f"## studium {name}", "", command.help or "", "")
        with click.Context(command, info_name=f"studium {name}") as ctx:
            yield from ("```", *_usage(command, ctx), "```", "")
        yield from _option_lines(command)
        if isinstance(command, Command):
            yield from ("", "```sh", *command.examples, "```")


def _usage(command: click.Command, ctx: click.Context) -> list[str]:
    return [" ".join([ctx.command_path, *command.collect_usage_pieces(ctx)])]


def _option_lines(command: click.Command) -> Iterator[str]:
    ctx = click.Context(command)
    for parameter in command.params:
        record = parameter.get_help_record(ctx)
        if record is not None:
            text = " ".join(record[1].split())
            yield f"- `{record[0]}`" + (f": {text}" if text else "")


def _settings_lines() -> Iterator[str]:
    yield from ("# Settings", "", MADE, "")
    yield from (
        "`studium init` writes a `studium.toml` with every setting explained. A wrong or unknown",
        "one is refused with file, line and what is allowed.",
        "",
        "Every setting can come from the environment, which wins over the file:",
        "`STUDIUM_<SECTION>__<SETTING>`, in capitals, for example",
        "`STUDIUM_PUBLISH__KEEP_RELEASES=3` or `STUDIUM_BUILD__AS_OF=2024-07-01`.",
        'Sources are a JSON list: `STUDIUM_SOURCES=\'[{"name": "logs", "path": "logs"}]\'`.',
        "An empty variable counts as not set. `STUDIUM_WORKSPACE` names the workspace, if",
        "`--workspace` does not.",
        "",
        "## At the top of the file",
        "",
    )
    yield from _table([setting for setting in list_settings() if not setting.section])
    for section, summary in sections().items():
        heading = "[[sources]]" if section == "sources" else f"[{section}]"
        yield from ("", f"## {heading}", "", summary, "")
        settings = list_source_settings() if section == "sources" else list_settings()
        yield from _table([setting for setting in settings if setting.section == section])


def _table(settings: list[SettingInfo]) -> Iterator[str]:
    yield "| setting | allowed | default | meaning | variable |"
    yield "|---|---|---|---|---|"
    for setting in settings:
        default = "" if setting.default is None else f"`{json.dumps(setting.default)}`"
        variable = f"`{setting.variable}`" if setting.variable else ""
        cells = [f"`{setting.name}`", setting.allowed, default, setting.description, variable]
        yield "| " + " | ".join(cells) + " |"


def _definition_lines(models: list[Table]) -> Iterator[str]:
    yield from ("# Definitions: fixed and compat", "", MADE, "")
    yield from (
        "Where a published system computes something wrongly, Studium computes it rightly (`fixed`, the default). With",
        "`--compat` or `build.compat = true` it gives what was published, to compare with data that exist. Every",
        "difference is here; the right definition of each column is in [the tables](reference/tables.md).",
    )
    for model in models:
        columns = [column for column in model.columns if column.compat]
        if not columns and not model.compat:
            continue
        yield from ("", f"## {model.name}", "")
        if model.compat:
            yield from (f"With compat: {_one_line(model.compat)}", "")
        if columns:
            yield from ("| column | fixed | compat |", "|---|---|---|")
        for column in columns:
            fixed, compat = _one_line(column.description), _one_line(column.compat)
            yield f"| `{column.name}` | {fixed} | {compat} |"


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _tables_lines(models: list[Table]) -> Iterator[str]:
    yield from ("# Tables and columns", "", MADE, "")
    yield "The tables of a release. `studium describe TABLE` shows the same of the current one."
    for model in models:
        yield from ("", f"## {model.name}", "", model.grain.strip(), "")
        yield from ("| column | type | unit | meaning |", "|---|---|---|---|")
        for column in model.columns:
            yield f"| `{column.name}` | {column.type} | {column.unit} | {_one_line(column.description)} |"
        yield from ("", f"Promises: {', '.join(f'`{test}`' for test in model.tests) or 'none'}")


if __name__ == "__main__":
    for path in write_all():
        print(path)
