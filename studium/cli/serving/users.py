"""`studium user …`: accounts of the server, changed where the workspace is.

Enters: names, roles, courses; passwords from a prompt or standard input, never from an option, which
other processes can read. Leaves: accounts, and each change in the audit log.
"""

import sys
from collections.abc import Callable
from difflib import get_close_matches
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from studium.cli.serving.log import open_accounts, remember
from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.tables import count, table_lines
from studium.errors import MisuseError
from studium.vocabulary import GRANTED, KINDS, Role, Scope

if TYPE_CHECKING:
    from studium.serve import Account

_name = click.argument("name")


def _scope(text: str) -> Scope:
    """KIND=ID, as --scope takes it; raises MisuseError for a kind that is none, or without an id."""
    kind, _, id_ = text.partition("=")
    if kind not in KINDS[1:] or not id_:
        raise MisuseError(
            f"{text!r} is no scope",
            "--scope",
            f"Give KIND=ID, such as institution=HarborX; kinds are {', '.join(KINDS[1:])}.",
        )
    return Scope(kind, id_)


def _grantable(function: Callable[..., Any]) -> Callable[..., Any]:
    """Take --course and --scope, and give the command `grants`."""

    @click.option(
        "--course",
        "courses",
        multiple=True,
        metavar="KEY",
        help="A course that is theirs, also several times; by default none.",
    )
    @click.option(
        "--scope",
        "scopes",
        multiple=True,
        metavar="KIND=ID",
        help="All of an institution, district, school or section that is theirs, also several times; by default none.",
    )
    @wraps(function)
    def granting(
        *words: Any, courses: tuple[str, ...], scopes: tuple[str, ...], **options: Any
    ) -> Any:
        grants = (*(Scope("course", course) for course in courses), *map(_scope, scopes))
        return function(*words, grants=grants, **options)

    return granting


@click.group()
def user() -> None:
    """Accounts of people: add, list, role, courses, password, remove."""


@user.command(cls=Command)
@_name
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    required=True,
    help="What they may see, as docs/serve.md says.",
)
@_grantable
@click.option("--oidc", is_flag=True, help="Without a password: they sign in at the institution.")
@examples(
    "studium user add ada --role administrator",
    "studium user add bob@example.org --role course_staff --course course-v1:Uni+One+2024 --oidc",
)
@pass_session
def add(session: Session, name: str, role: str, grants: tuple[Scope, ...], oidc: bool) -> None:
    """Make an account; asks for a password, or reads it from standard input."""
    desk = open_accounts(session)
    account = desk.people.add(name, Role(role), grants, None if oidc else _read_password())
    detail = {"role": role, "grants": [f"{it.kind}={it.id}" for it in grants], "by_oidc": oidc}
    remember(desk, "account created", account.username, detail)
    session.say(f"Added     {account.username}, {account.role}")
    if not grants and Role(role) in GRANTED:
        session.say(f"          sees no course yet: studium user courses {name} --course KEY")
    session.answer(_facts(account) | {"unknown_courses": _warn_of_unknown(session, account)})


@user.command("list", cls=Command)
@examples("studium user list", "studium user list --json")
@pass_session
def list_users(session: Session) -> None:
    """Show all accounts."""
    accounts = open_accounts(session).people.list()
    rows = [
        (
            account.username,
            account.role.value,
            "password" if account.has_password else "OpenID Connect",
            ", ".join(_shown(scope) for scope in account.grants),
        )
        for account in accounts
    ]
    for line in table_lines(("name", "role", "signs in by", "courses"), rows):
        session.say(line)
    session.answer([_facts(account) for account in accounts])


@user.command("role", cls=Command)
@_name
@click.argument("role", type=click.Choice([role.value for role in Role]))
@examples("studium user role ada analyst", "studium user role bob@example.org course_staff")
@pass_session
def set_role(session: Session, name: str, role: str) -> None:
    """Give an account another role, from its next request on."""
    desk = open_accounts(session)
    account = desk.people.set_role(name, Role(role))
    remember(desk, "role changed", account.username, {"role": role})
    session.say(f"Changed   {account.username} is {account.role}")
    session.answer(_facts(account))


@user.command("courses", cls=Command)
@_name
@_grantable
@examples(
    "studium user courses bob --course course-v1:Uni+One+2024 --course Uni/Old/2013",
    "studium user courses bob --scope institution=Uni",
)
@pass_session
def set_courses(session: Session, name: str, grants: tuple[Scope, ...]) -> None:
    """Make exactly these the courses, and scopes of other kinds, of an account; none without any."""
    desk = open_accounts(session)
    account = desk.people.set_grants(name, grants)
    said = {"grants": [f"{it.kind}={it.id}" for it in account.grants]}
    remember(desk, "courses changed", account.username, said)
    session.say(f"Changed   {account.username} has {_counted(account)}")
    session.answer(_facts(account) | {"unknown_courses": _warn_of_unknown(session, account)})


@user.command("password", cls=Command)
@_name
@click.option(
    "--keep-tokens",
    is_flag=True,
    help="Leave tokens as they are; by default they open nothing any more.",
)
@examples("studium user password ada", "studium user password ada --keep-tokens < password.txt")
@pass_session
def set_password(session: Session, name: str, keep_tokens: bool) -> None:
    """Give an account another password; its sessions end, and its tokens open nothing any more."""
    desk = open_accounts(session)
    desk.people.find(name)  # before a person types for nobody
    account = desk.people.set_password(name, _read_password(), keep_tokens)
    remember(desk, "password changed", account.username, {"keeps_tokens": keep_tokens})
    session.say(f"Changed   the password of {account.username}")
    session.answer(_facts(account))


@user.command("remove", cls=Command)
@_name
@examples("studium user remove bob", "studium user remove bob@example.org --json")
@pass_session
def remove(session: Session, name: str) -> None:
    """Remove an account, its sessions and its tokens; what it did stays in the audit log."""
    desk = open_accounts(session)
    account = desk.people.remove(name)
    remember(desk, "account removed", account.username)
    session.say(f"Removed   {account.username}")
    session.answer(_facts(account))


def _shown(scope: Scope) -> str:
    return scope.id if scope.kind == "course" else f"{scope.kind}={scope.id}"


def _counted(account: "Account") -> str:
    courses, grants = len(account.courses), len(account.grants)
    more = [count(grants - courses, "other scope")] if grants > courses else []
    return " and ".join([count(courses, "course"), *more])


def _warn_of_unknown(session: Session, account: "Account") -> list[str]:
    """The account's courses that are in no release: such a key may come later, or be misspelt."""
    from studium.serve import scopes_served

    if not account.grants:
        return []
    if account.role not in GRANTED:
        _warn(f"courses count for {' and '.join(GRANTED)} alone; {account.role} sees all of them")
    known = scopes_served(session.workspace())
    if known is None:
        _warn("there is no release yet to look for these courses in")
        return []
    unknown = [scope for scope in account.grants if scope.id not in known.ids(scope.kind)]
    for scope in unknown:
        nearest = get_close_matches(scope.id, known.ids(scope.kind), n=1)
        hint = f"did you mean {nearest[0]}?" if nearest else "it counts as soon as there is one"
        _warn(f"the current release has no {scope.kind} {scope.id}: {hint}")
    return [_shown(scope) for scope in unknown]


def _warn(text: str) -> None:
    click.echo(f"Warning: {text}", err=True)


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
        "grants": [{"kind": scope.kind, "id": scope.id} for scope in account.grants],
        "has_password": account.has_password,
    }
