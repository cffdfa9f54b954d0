"""What every command shares: the workspace, `--json`, examples in the help, and where output goes.

Enters: click's context. Leaves: a `Session`; results go to stdout, progress and remarks to stderr.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from studium.progress import Progress, Silent

if TYPE_CHECKING:
    from studium.cli.progress import Bars
    from studium.config import Workspace
    from studium.pipeline import Job

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Session:
    """One call of the command line."""

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory
        self.is_json = False
        self._bars: Bars | None = None
        self._has_warned = False

    def close(self) -> None:
        """Give the terminal back, also when a step failed half-way."""
        if self._bars is not None:
            self._bars.close()

    def workspace(self) -> "Workspace":
        """The workspace of this call; raises MisuseError when there is none."""
        from studium.config import open_workspace

        workspace = open_workspace(self.directory)
        self._warn_of_variables()
        return workspace

    def job(self, wait_seconds: float = 0.0) -> "Job":
        """What the steps of the pipeline want."""
        from studium.pipeline import Job

        return Job(self.workspace(), self.progress(), wait_seconds)

    def progress(self) -> Progress:
        """Bars on a terminal, plain lines elsewhere, nothing with `--json`."""
        if self.is_json:
            return Silent()
        if sys.stderr.isatty():
            from studium.cli.progress import Bars

            self._bars = Bars()
            return self._bars
        from studium.cli.progress import ProgressLines

        return ProgressLines(sys.stderr)

    def _warn_of_variables(self) -> None:
        from studium.config import unknown_variables

        if self._has_warned:
            return
        self._has_warned = True
        for name, nearest in unknown_variables(os.environ).items():
            hint = f"did you mean {nearest}?" if nearest else "see docs/reference/settings.md"
            click.echo(f"Warning: {name} is set, but is no setting of Studium: {hint}", err=True)

    def say(self, text: str = "") -> None:
        """A line of the result for people; nothing with `--json`."""
        if not self.is_json:
            click.echo(text)

    def answer(self, result: dict[str, Any] | list[Any]) -> None:
        """The machine-readable result; nothing without `--json`."""
        if self.is_json:
            click.echo(json.dumps(result, default=_encode, ensure_ascii=False, indent=2))


pass_session = click.make_pass_decorator(Session, ensure=True)


def examples(*lines: str) -> Callable[[_Function], _Function]:
    """Add `--json` and runnable examples to a command's function; use below `@command`."""

    def decorate(function: _Function) -> _Function:
        function.__dict__["examples"] = lines
        option = click.option(
            "--json",
            is_flag=True,
            expose_value=False,
            callback=_remember_json,
            help="Print the result as JSON, and nothing else, on stdout.",
        )
        return option(function)

    return decorate


class Command(click.Command):
    """A command whose help ends with its examples as they are typed."""

    @property
    def examples(self) -> tuple[str, ...]:
        """The lines given to `@examples`."""
        callback = self.callback
        while callback is not None and "examples" not in callback.__dict__:
            callback = getattr(callback, "__wrapped__", None)
        return callback.__dict__["examples"] if callback else ()

    def format_epilog(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples unwrapped, so that they can be copied."""
        with formatter.section("Examples"):
            for line in self.examples:
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def _remember_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    ctx.ensure_object(Session).is_json = value


def _encode(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    raise TypeError(f"{type(value).__name__} has no JSON form")
