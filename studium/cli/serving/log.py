"""`studium audit …`: whether the audit log is as it was written, and what is in it.

Enters: a hash that was noted. Leaves: records, or the first one that is not what it was.
"""

import getpass
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.tables import table_lines
from studium.errors import StudiumError

if TYPE_CHECKING:
    from studium.serve import Desk


@click.group()
def audit() -> None:
    """Who read which learners and took what out: verify, list."""


@audit.command(cls=Command)
@click.option(
    "--noted",
    metavar="HASH",
    default="",
    help="A hash that an earlier verify printed and that must be there; by default none.",
)
@examples("studium audit verify", "studium audit verify --noted 9f2c…")
@pass_session
def verify(session: Session, noted: str) -> None:
    """Check every record of the audit log; exit code 1 at the first that was changed."""
    found = open_accounts(session).audit.verify(noted)
    if found.problem:
        raise StudiumError(
            f"The audit log is not as it was written: {found.problem}",
            f"audit log, after {found.records:,} sound records",
            "Keep the database and keys/audit_head as they are for whoever looks into it.",
        )
    for restore in found.restored:
        session.say(f"Restored  {restore}")
    for server in found.joined:
        session.say(f"Joined    {server}")
    session.say(
        f"Sound     {found.records:,} records; the last hash, to note elsewhere: {found.head}"
    )
    session.answer(
        {
            "records": found.records,
            "head": found.head,
            "restored": list(found.restored),
            "joined": list(found.joined),
        }
    )


@audit.command("list", cls=Command)
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many."
)
@click.option("--user", "username", metavar="NAME", help="Of this account only; by default of all.")
@examples("studium audit list", "studium audit list --user ada --limit 500 --json")
@pass_session
def list_records(session: Session, limit: int, username: str | None) -> None:
    """Show the newest records, newest first."""
    entries = open_accounts(session).audit.list(limit, username)
    rows = [
        (
            str(entry.number),
            entry.at,
            entry.record.username,
            entry.record.action,
            entry.record.subject,
            "" if entry.record.row_count is None else f"{entry.record.row_count:,}",
        )
        for entry in entries
    ]
    for line in table_lines(("number", "at", "who", "what", "of", "rows"), rows):
        session.say(line)
    session.answer(
        [
            {
                "number": entry.number,
                "at": entry.at,
                "username": entry.record.username,
                "action": entry.record.action,
                "subject": entry.record.subject,
                "rows": entry.record.row_count,
                "credential": entry.record.credential,
                "address": entry.record.address,
                "detail": entry.record.detail,
                "hash": entry.hash,
            }
            for entry in entries
        ]
    )


def open_accounts(session: Session) -> "Desk":
    """Accounts, tokens and the audit log of the workspace, until the command ends."""
    from studium.serve import open_desk

    desk = open_desk(session.workspace())
    click.get_current_context().call_on_close(desk.close)
    return desk


def operator() -> str:
    """As whom commands are in the audit log."""
    return f"command line, {getpass.getuser()}"


def remember(
    desk: "Desk", action: str, subject: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Have what a command changed in the audit log; who: the user of the operating system."""
    from studium.serve import AuditRecord

    desk.audit.append(
        [
            AuditRecord(
                username=operator(), action=action, subject=subject, detail=dict(detail or {})
            )
        ]
    )
