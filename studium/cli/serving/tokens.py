"""`studium token …`: tokens of programs.

Enters: an account, scopes, days. Leaves: the text of a new token, shown once; revoked tokens.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from studium.cli.serving.log import open_accounts, remember
from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.tables import table_lines
from studium.errors import MisuseError
from studium.vocabulary import TokenScope

if TYPE_CHECKING:
    from studium.serve import Token


@click.group()
def token() -> None:
    """Tokens of programs: create, list, revoke."""


@token.command(cls=Command)
@click.argument("name")
@click.option("--label", required=True, help="What it is for.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in TokenScope]),
    multiple=True,
    default=("read",),
    show_default=True,
    help="What it may do at most; repeatable. The role of the account is never exceeded.",
)
@click.option(
    "--days",
    type=click.FloatRange(0, 3660, min_open=True),
    default=90.0,
    show_default=True,
    help="How long it holds.",
)
@examples(
    "studium token create ada --label notebook",
    "studium token create ada --label nightly --scope read --scope export --days 30",
)
@pass_session
def create(session: Session, name: str, label: str, scopes: tuple[str, ...], days: float) -> None:
    """Make a token for an account and print it, this once."""
    desk = open_accounts(session)
    account = desk.people.find(name)
    token_id, text = desk.tokens.create(
        account.user_id, label, [TokenScope(scope) for scope in scopes], days
    )
    said = {"scopes": sorted(scopes), "days": days, "label": label, "account": account.username}
    remember(desk, "token created", token_id, said)
    session.say(text)
    session.answer({"token_id": token_id, "token": text})


@token.command("list", cls=Command)
@click.argument("name", required=False)
@examples("studium token list", "studium token list ada")
@pass_session
def list_tokens(session: Session, name: str | None) -> None:
    """Show the tokens of an account, or all; never their text."""
    desk = open_accounts(session)
    user_id = desk.people.find(name).user_id if name else None
    tokens = desk.tokens.list(user_id)
    rows = [
        (
            one.token_id,
            one.username,
            one.label,
            ", ".join(one.scopes),
            _day(one.expires_at),
            _state(one),
        )
        for one in tokens
    ]
    for line in table_lines(("id", "account", "label", "scopes", "until", "state"), rows):
        session.say(line)
    session.answer(
        [
            {
                "token_id": one.token_id,
                "username": one.username,
                "label": one.label,
                "scopes": list(one.scopes),
                "expires_at": _day(one.expires_at),
                "state": _state(one),
            }
            for one in tokens
        ]
    )


@token.command(cls=Command)
@click.argument("token_id", metavar="ID")
@examples("studium token revoke 3f2a9c0d1e5b", "studium token revoke 3f2a9c0d1e5b --json")
@pass_session
def revoke(session: Session, token_id: str) -> None:
    """Make a token open nothing from now on."""
    desk = open_accounts(session)
    if not desk.tokens.revoke(token_id):
        raise MisuseError(
            f"There is no token {token_id}", "accounts", "List all: studium token list"
        )
    remember(desk, "token revoked", token_id)
    session.say(f"Revoked   {token_id}")
    session.answer({"token_id": token_id, "state": "revoked"})


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _state(one: "Token") -> str:
    if one.revoked_at is not None:
        return "revoked"
    return "valid" if one.is_valid else "over"
