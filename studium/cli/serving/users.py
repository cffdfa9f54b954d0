"""`studium user …`: accounts of the server, changed where the workspace is.

Enters: names, roles, courses; passwords from a prompt or standard input, never from an option, which
other processes can read. Leaves: accounts, and each change in the audit log.
"""

import sys
from typing import TYPE_CHECKING, Any

import click

from studium.cli.serving.log import remember
from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.tables import table_lines

if TYPE_CHECKING:
    from studium.serve import Account, Desk

ROLES = ("administrator", "analyst", "institution_viewer", "course_staff", "researcher")
_name = click.argument("name")
_courses = click.option(
    "--course",
    "courses",
    multiple=True,
    metavar="KEY",
    help="A course that is theirs, also several times; by default none.",
)


@click.group()
def user() -> None:
    """Accounts of people: add, list, role, courses, password, remove."""


@user.command(cls=Command)
@_name
@click.option(
    "--role",
    type=click.Choice(ROLES),
    required=True,
    help="What they may see, as docs/serve.md says.",
)
@_courses
@click.option("--oidc", is_flag=True, help="Without a password: they sign in at the institution.")
@examples(
    "studium user add ada --role administrator",
    "studium user add bob@example.org --role course_staff --course course-v1:Uni+One+2024 --oidc",
)
@pass_session
def add(session: Session, name: str, role: str, courses: tuple[str, ...], oidc: bool) -> None:
    """Make an account; asks for a password, or reads it from standard input."""
    from studium.serve import Role

    desk = _desk(session)
    account = desk.people.add(name, Role(role), courses, None if oidc else _read_password())
    detail = {"role": role, "courses": list(courses), "by_oidc": oidc}
    remember(desk, "account created", account.username, detail)
    session.say(f"Added     {account.username}, {account.role}")
    session.answer(_facts(account))


@user.command("list", cls=Command)
@examples("studium user list", "studium user list --json")
@pass_session
def list_users(session: Session) -> None:
    """Show all accounts."""
    accounts = _desk(session).people.list()
    rows = [
        (
            account.username,
            account.role.value,
            "password" if account.has_password else "OpenID Connect",
            ", ".join(account.courses),
        )
        for account in accounts
    ]
    for line in table_lines(("name", "role", "signs in by", "courses"), rows):
        session.say(line)
    session.answer([_facts(account) for account in accounts])


@user.command("role", cls=Command)
@_name
@click.argument("role", type=click.Choice(ROLES))
@examples("studium user role ada analyst", "studium user role bob@example.org course_staff")
@pass_session
def set_role(session: Session, name: str, role: str) -> None:
    """Give an account another role, from its next request on."""
    from studium.serve import Role

    desk = _desk(session)
    account = desk.people.set_role(name, Role(role))
    remember(desk, "role changed", account.username, {"role": role})
    session.say(f"Changed   {account.username} is {account.role}")
    session.answer(_facts(account))


@user.command("courses", cls=Command)
@_name
@_courses
@examples(
    "studium user courses bob --course course-v1:Uni+One+2024 --course Uni/Old/2013",
    "studium user courses bob",
)
@pass_session
def set_courses(session: Session, name: str, courses: tuple[str, ...]) -> None:
    """Make exactly these the courses of an account; none without --course."""
    desk = _desk(session)
    account = desk.people.set_courses(name, courses)
    remember(desk, "courses changed", account.username, {"courses": list(courses)})
    session.say(f"Changed   {account.username} has {len(account.courses)} courses")
    session.answer(_facts(account))


@user.command("password", cls=Command)
@_name
@examples("studium user password ada", "studium user password ada < password.txt")
@pass_session
def set_password(session: Session, name: str) -> None:
    """Give an account another password; whoever is signed in with it is signed out."""
    desk = _desk(session)
    account = desk.people.set_password(name, _read_password())
    remember(desk, "password changed", account.username)
    session.say(f"Changed   the password of {account.username}")
    session.answer(_facts(account))


@user.command("remove", cls=Command)
@_name
@examples("studium user remove bob", "studium user remove bob@example.org --json")
@pass_session
def remove(session: Session, name: str) -> None:
    """Remove an account, its sessions and its tokens; what it did stays in the audit log."""
    desk = _desk(session)
    account = desk.people.remove(name)
    remember(desk, "account removed", account.username)
    session.say(f"Removed   {account.username}")
    session.answer(_facts(account))


def _desk(session: Session) -> "Desk":
    from studium.serve import open_desk

    return open_desk(session.workspace())


def _read_password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\n")


def _facts(account: "Account") -> dict[str, Any]:
    return {
        "username": account.username,
        "role": account.role.value,
        "courses": list(account.courses),
        "has_password": account.has_password,
    }
