"""Accounts: who may sign in, with which role and for which courses or other scopes.

Enters: names, roles, scopes. Leaves: rows of the accounts, `Account` to read.
"""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from studium.errors import MisuseError
from studium.serve.accounts.passwords import hash_password
from studium.serve.accounts.store import ACCOUNTS, GRANTS, SESSIONS, TOKENS, writing
from studium.serve.rights import Principal, Role
from studium.vocabulary import Scope

_USERNAME = re.compile(r"[^\s\x00-\x1f\x7f/:\\]{1,150}")


@dataclass(frozen=True)
class Account:
    """An account as administrators see it; `has_password` is false for one of OpenID Connect only."""

    user_id: int
    username: str
    role: Role
    grants: tuple[Scope, ...]
    has_password: bool
    created_at: float

    @property
    def courses(self) -> tuple[str, ...]:
        """Keys of the courses that are granted one by one."""
        return tuple(scope.id for scope in self.grants if scope.kind == "course")


class People:
    """The accounts of a database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def add(
        self,
        username: str,
        role: Role,
        grants: Iterable[Scope] = (),
        password: str | None = None,
    ) -> Account:
        """A new account; raises MisuseError for a name that is taken or cannot be one."""
        if not _USERNAME.fullmatch(username):
            raise MisuseError(
                f"{username!r} cannot be a name",
                "username",
                "Use 1 to 150 characters without spaces, slashes and colons; e-mail addresses are fine.",
            )
        hashed = None if password is None else hash_password(password, username)
        row = {
            "username": username.lower(),
            "role": role.value,
            "password_hash": hashed,
            "created_at": time.time(),
        }
        try:
            with writing(self.engine) as connection:
                key = connection.execute(insert(ACCOUNTS).values(row)).inserted_primary_key
                _grant(connection, int(key[0] if key else 0), grants)
        except IntegrityError:
            raise MisuseError(
                f"There is an account {username.lower()} already",
                "username",
                "Change it: studium user role, courses or password; or choose another name.",
            ) from None
        return self.find(username)

    def list(self) -> list[Account]:
        """All accounts, by name."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(ACCOUNTS).order_by(ACCOUNTS.c.username)).mappings()
            grants: dict[int, list[Scope]] = {}
            for grant in connection.execute(select(GRANTS).order_by(GRANTS.c.kind, GRANTS.c.id)):
                grants.setdefault(grant.user_id, []).append(Scope(grant.kind, grant.id))
            return [_account(row, grants.get(row["user_id"], [])) for row in rows]

    def find(self, username: str) -> Account:
        """The account of that name; raises MisuseError with the nearest name when there is none."""
        accounts = {account.username: account for account in self.list()}
        if username.lower() in accounts:
            return accounts[username.lower()]
        nearest = get_close_matches(username.lower(), accounts, n=1)
        hint = f"Did you mean {nearest[0]}? " if nearest else ""
        raise MisuseError(
            f"There is no account {username}", "accounts", f"{hint}List all: studium user list"
        )

    def password_of(self, username: str) -> tuple[int | None, str | None]:
        """(user id, hash of the password) by name; (None, None) for a name that is none."""
        wanted = select(ACCOUNTS.c.user_id, ACCOUNTS.c.password_hash)
        with self.engine.connect() as connection:
            found = connection.execute(
                wanted.where(ACCOUNTS.c.username == username.lower())
            ).first()
        return (found.user_id, found.password_hash) if found else (None, None)

    def set_role(self, username: str, role: Role) -> Account:
        """Another role; requests that begin after this have it."""
        self._change(username, {"role": role.value})
        return self.find(username)

    def set_grants(self, username: str, grants: Iterable[Scope]) -> Account:
        """Exactly these scopes; they count for roles that see what is granted alone."""
        user_id = self.find(username).user_id
        with writing(self.engine) as connection:
            connection.execute(delete(GRANTS).where(GRANTS.c.user_id == user_id))
            _grant(connection, user_id, grants)
        return self.find(username)

    def set_courses(self, username: str, courses: Iterable[str]) -> Account:
        """Exactly these courses; what is granted of other kinds stays."""
        others = [scope for scope in self.find(username).grants if scope.kind != "course"]
        return self.set_grants(
            username, [*others, *(Scope("course", course) for course in courses)]
        )

    def set_password(self, username: str, password: str, keeps_tokens: bool = False) -> Account:
        """Another password; whoever was signed in is signed out everywhere, and tokens made before open nothing.

        Where programs shall go on, `keeps_tokens` leaves those.
        """
        account = self.find(username)
        self._change(username, {"password_hash": hash_password(password, account.username)})
        with writing(self.engine) as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.user_id == account.user_id))
            own = (TOKENS.c.user_id == account.user_id) & TOKENS.c.revoked_at.is_(None)
            if not keeps_tokens:
                connection.execute(update(TOKENS).where(own).values(revoked_at=time.time()))
        return self.find(username)

    def remove(self, username: str) -> Account:
        """The account, its sessions and tokens are gone at once; what it did stays in the audit log."""
        account = self.find(username)
        with writing(self.engine) as connection:
            for table in (SESSIONS, TOKENS, GRANTS, ACCOUNTS):
                connection.execute(delete(table).where(table.c.user_id == account.user_id))
        return account

    def _change(self, username: str, values: dict[str, Any]) -> None:
        user_id = self.find(username).user_id
        with writing(self.engine) as connection:
            connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.user_id == user_id).values(values))


def principal_of(connection: Connection, user_id: int, credential: str) -> Principal | None:
    """The account as a request carries it, as it is now; None when it is gone."""
    row = (
        connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.user_id == user_id)).mappings().first()
    )
    if row is None:
        return None
    grants = connection.execute(select(GRANTS).where(GRANTS.c.user_id == user_id))
    return Principal(
        user_id=user_id,
        username=row["username"],
        role=Role(row["role"]),
        grants=frozenset(Scope(it.kind, it.id) for it in grants),
        credential=credential,
    )


def _grant(connection: Connection, user_id: int, grants: Iterable[Scope]) -> None:
    rows = [{"user_id": user_id, "kind": it.kind, "id": it.id} for it in sorted(set(grants))]
    if rows:
        connection.execute(insert(GRANTS), rows)


def _account(row: Any, grants: Iterable[Scope]) -> Account:
    return Account(
        user_id=row["user_id"],
        username=row["username"],
        role=Role(row["role"]),
        grants=tuple(grants),
        has_password=row["password_hash"] is not None,
        created_at=row["created_at"],
    )
