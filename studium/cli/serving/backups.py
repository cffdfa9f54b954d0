"""`studium backup` and `studium restore`: what cannot be made again, copied out and put back.

Enters: folders. Leaves: a backup, or a workspace and a record in its audit log that names what was cut.
"""

from pathlib import Path

import click

from studium.cli.serving.log import operator
from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.tables import count
from studium.config import SETTINGS_FILE, open_workspace
from studium.errors import MisuseError

_folder = click.Path(path_type=Path, file_okay=False)


@click.command(cls=Command)
@click.argument("folder", type=_folder)
@click.option(
    "--with-raw",
    is_flag=True,
    help="With the raw bytes of all files; by default they are named, to be kept by copies of landing/.",
)
@examples("studium backup /backups/2024-03-01", "studium backup /backups/whole --with-raw")
@pass_session
def backup(session: Session, folder: Path, with_raw: bool) -> None:
    """Copy ledger, accounts, keys and settings into a folder, while servers and runs go on."""
    from studium.backups import back_up

    made = back_up(session.workspace(), folder.absolute(), with_raw)
    if made.accounts_elsewhere:
        click.echo("Warning: accounts are in a database of their own: pg_dump", err=True)
    session.say(f"Backed up {count(len(made.files), 'file')} into {folder}")
    if made.named:
        session.say(f"Named     {count(len(made.named), 'raw file')} of {made.landing}")
    session.say("Holds     keys and names of people: keep it as closed as the workspace")
    session.answer(
        {
            "folder": folder,
            "files": len(made.files),
            "named": len(made.named),
            "at": made.created_at,
        }
    )


@click.command(cls=Command)
@click.argument("folder", type=_folder)
@click.argument("workspace", type=_folder)
@click.option(
    "--raw",
    type=_folder,
    help="Where raw bytes are that the backup names; by default where they were.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Over a workspace that is there: what it replaces goes to before_restore/.",
)
@examples(
    "studium restore /backups/2024-03-01 campus",
    "studium restore /backups/2024-03-01 campus --force",
)
@pass_session
def restore(session: Session, folder: Path, workspace: Path, raw: Path | None, force: bool) -> None:
    """Check a backup byte by byte, and make it a workspace again."""
    from studium.backups import put_back, read_backup
    from studium.lock import hold_lock
    from studium.serve import AuditRecord, open_desk

    made, root = read_backup(folder), workspace.absolute()
    is_there = (root / SETTINGS_FILE).exists()
    if is_there and not force:
        raise MisuseError("There is a workspace", str(root), "Restore over it: --force")
    if is_there:
        with hold_lock(open_workspace(root), "restore"):
            missing = put_back(folder, root, raw)
    else:
        missing = put_back(folder, root, raw)
    opened = open_workspace(root)
    if (root / "accounts.sqlite").exists():
        desk = open_desk(opened)
        record = AuditRecord(operator(), "", f"backup of {made.created_at}")
        desk.audit.append([], restored=record)
        desk.close()
    session.say(f"Restored  the backup of {made.created_at} as {root}")
    for name in missing:
        session.say(f"Missing   {name}")
    session.say(f"Next      studium --workspace {root} doctor --repair, then studium run")
    session.answer({"workspace": root, "backup": made.created_at, "missing": missing})
