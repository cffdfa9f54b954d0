"""The group of all commands, and what becomes of errors.

Enters: arguments. Leaves: an exit code; an error for people has three lines: problem, where, next.
"""

import atexit
import errno
import json
import os
import select
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from studium import __version__
from studium.cli.answers.description import describe
from studium.cli.answers.events import events
from studium.cli.answers.exports import export, package, report
from studium.cli.answers.inspection import releases, status
from studium.cli.answers.questions import query
from studium.cli.content.funnels import funnel
from studium.cli.interruption import TOLD, Interruption
from studium.cli.invention import demo, simulate
from studium.cli.repair import doctor, init, quarantine, retract, rollback
from studium.cli.serving import audit, backup, restore, serve, token, user
from studium.cli.session import Session
from studium.cli.steps import build, check, land, publish, run
from studium.errors import FullDiskError, MisuseError, StudiumError, says_full_disk


class Ordered(click.Group):
    """Lists its commands in the order of the work, not of the alphabet."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names as they were added."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Whole sentences, where click cuts them."""
        named = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, found.help or "") for name, found in named if found])


@click.group(cls=Ordered, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The workspace; else STUDIUM_WORKSPACE, else the nearest studium.toml upwards.",
)
@click.version_option(__version__, prog_name="studium")
@click.pass_context
def program(ctx: click.Context, workspace: Path | None) -> None:
    """Tracking logs in, tested datasets out: the open lakehouse for learning data."""
    ctx.obj = Session(workspace)
    ctx.call_on_close(ctx.obj.close)


for _command in (
    init,
    land,
    build,
    check,
    publish,
    run,
    status,
    releases,
    rollback,
    query,
    events,
    funnel,
    describe,
    export,
    package,
    report,
    serve,
    user,
    token,
    audit,
    quarantine,
    retract,
    demo,
    simulate,
    doctor,
    backup,
    restore,
):
    program.add_command(_command)


def start() -> None:
    """What `studium` is: `main`, and then the end of the process.

    At once: Python would take half a second to take down dbt, which holds nothing open any more.
    """
    os.environ["PYTHONSAFEPATH"] = "1"  # children import nothing from the current folder
    from studium.permissions import close_process

    close_process()
    code = main()
    atexit._run_exitfuncs()
    with suppress(OSError):  # a reader that went away
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def all_commands() -> dict[str, click.Command]:
    """Every command by its words, such as `user add`; groups are not among them."""
    commands: dict[str, click.Command] = {}
    for name, command in program.commands.items():
        if isinstance(command, click.Group):
            commands |= {f"{name} {word}": inner for word, inner in command.commands.items()}
        else:
            commands[name] = command
    return commands


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (without the program's name) and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    with Interruption() as interruption:
        return _answer(given, interruption)


def _answer(given: Sequence[str], interruption: Interruption) -> int:
    try:
        interruption.listen()
        # Not click's own main: it turns a reader that went away into an error.
        with program.make_context("studium", list(given)) as ctx:
            result = _invoke(ctx)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _tell_stopped(interruption, given)
    except BrokenPipeError:
        if not _is_reader_gone():
            raise
        return _leave_pipe()
    except click.ClickException as error:
        return _tell(_from_click(error), given)
    except Exception as error:
        # DuckDB, dbt and what they use say in words of their own, or in none, that they were interrupted.
        if interruption.number:
            return _tell_stopped(interruption, given)
        if not isinstance(error, StudiumError):
            raise
        return _tell(error, given)
    return result if isinstance(result, int) else 0


def _invoke(ctx: click.Context) -> Any:
    try:
        result = program.invoke(ctx)
        sys.stdout.flush()
    except _system_errors() as error:
        known = _from_system(error, ctx)
        if known is None:
            raise
        raise known from error
    return result


def _system_errors() -> tuple[type[Exception], ...]:
    """What says that a disk is full: also of SQLite and DuckDB, where they were loaded."""
    loaded = [sys.modules[name] for name in ("sqlite3", "duckdb") if name in sys.modules]
    return (OSError, *(module.Error for module in loaded))


def _tell(error: StudiumError, given: Sequence[str]) -> int:
    if "--json" in given:
        fault = {"problem": error.problem, "where": error.where, "fix": error.fix}
        click.echo(json.dumps({"error": fault}, ensure_ascii=False, indent=2))
    else:
        click.echo(f"Error: {error.problem}\nWhere: {error.where}\nNext:  {error.fix}", err=True)
    return error.exit_code


def _tell_stopped(interruption: Interruption, given: Sequence[str]) -> int:
    interruption.is_told = True
    if "--json" in given:
        problem, fix = TOLD.split(". ", 1)
        fault = {"problem": problem, "where": f"exit code {interruption.exit_code}", "fix": fix}
        click.echo(json.dumps({"error": fault}, ensure_ascii=False, indent=2))
    else:
        click.echo(f"\n{TOLD}", err=True)
    return interruption.exit_code


def _is_reader_gone() -> bool:
    """Whether it was our output that nobody reads: children have pipes too."""
    ends = select.poll()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            ends.register(stream.fileno(), 0)
    return any(event & select.POLLERR for _, event in ends.poll(0))


def _leave_pipe() -> int:
    """The reader of our output went away (`| head`): no error, and no second one at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _from_click(error: click.ClickException) -> MisuseError:
    ctx: click.Context | None = getattr(error, "ctx", None)
    path = ctx.command_path if ctx else "studium"
    return MisuseError(error.format_message(), path, f"See how it is used: {path} --help")


def _from_system(error: Any, ctx: click.Context) -> StudiumError | None:
    """Errors of the disk in words; None for a fault of ours, which keeps its traceback."""
    number = getattr(error, "errno", None)
    name = getattr(error, "filename", None)
    if number in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} or says_full_disk(str(error)):
        return FullDiskError(_folder_of(name, ctx), " ".join(str(error).split())[:300])
    if number in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return StudiumError(
            f"No permission: {os.strerror(number)}",
            str(name or _folder_of(name, ctx)),
            "Let this user read and write the workspace, or use another: --workspace DIR",
        )
    return None


def _folder_of(name: object, ctx: click.Context) -> Path:
    """The folder on whose disk something failed: of the named file, else the workspace."""
    if isinstance(name, str | os.PathLike):
        folder = Path(name).absolute().parent
        return folder if folder.is_dir() else Path(folder.anchor)
    try:
        return ctx.ensure_object(Session).workspace().root
    except StudiumError:
        return Path.cwd()
