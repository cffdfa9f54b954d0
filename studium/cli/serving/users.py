"""`studium user …`: accounts of the server, changed where the workspace is.

Enters: names, roles, courses; passwords from a prompt or standard input, never from an option, which
other processes can read. Leaves: accounts, and each change in the audit log.
"""

import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from studium.cli.serving.log import remember
from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.tables import count, table_lines
from studium.errors import MisuseError

if TYPE_CHECKING:
    from studium.serve import Account, Desk

LIMITED = ("course_staff", "researcher")
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
    session.answer(_facts(account) | {"unknown_courses": _warn_of_unknown(session, account)})


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
    session.say(f"Changed   {account.username} has {count(len(account.courses), 'course')}")
    session.answer(_facts(account) | {"unknown_courses": _warn_of_unknown(session, account)})


@user.command("password", cls=Command)
@_name
@examples("studium user password ada", "studium user password ada < password.txt")
@pass_session
def set_password(session: Session, name: str) -> None:
    """Give an account another password; whoever is signed in with it is signed out."""
    desk = _desk(session)
    desk.people.find(name)  # before a person types for nobody
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


def _warn_of_unknown(session: Session, account: "Account") -> list[str]:
    """The account's courses that are in no release: such a key may come later, or be misspelt."""
    from studium.serve import courses_served

    if not account.courses:
        return []
    if account.role.value not in LIMITED:
        _warn(f"courses count for {' and '.join(LIMITED)} alone; {account.role} sees all of them")
    known = courses_served(session.workspace())
    if known is None:
        _warn("there is no release yet to look for these courses in")
        return []
    unknown = [course for course in account.courses if course not in known]
    for course in unknown:
        nearest = get_close_matches(course, known, n=1)
        hint = f"did you mean {nearest[0]}?" if nearest else "it counts as soon as there is one"
        _warn(f"the current release has no course {course}: {hint}")
    return unknown


def _warn(text: str) -> None:
    click.echo(f"Warning: {text}", err=True)


def _desk(session: Session) -> "Desk":
    from studium.serve import open_desk

    return open_desk(session.workspace())


def _read_password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    password = sys.stdin.readline().rstrip("\n")
    if not password:
        raise MisuseError(
            "No password came",
            "standard input",
            "Run this at a terminal, which asks for it, or give a file: studium user … < password.txt",
        )
    return password


def _facts(account: "Account") -> dict[str, Any]:
    return {
        "username": account.username,
        "role": account.role.value,
        "courses": list(account.courses),
        "has_password": account.has_password,
    }
