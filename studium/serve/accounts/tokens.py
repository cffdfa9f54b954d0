"""Tokens of programs: shown once, kept as a hash, with scopes, an end, and a way to revoke them.

Enters: an account, scopes, days. Leaves: the text of a token; later, the principal that it stands for.
"""

import hmac
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Engine, insert, select, update

from studium.errors import MisuseError
from studium.serve.accounts.people import principal_of
from studium.serve.accounts.sessions import digest
from studium.serve.accounts.store import ACCOUNTS, TOKENS, writing
from studium.serve.rights import Principal, SignInNeededError, TokenScope

LONGEST_DAYS = 3660
_FORM = re.compile(r"studium_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True)
class Token:
    """A token as its owner sees it; the text itself is shown only when it is made."""

    token_id: str
    username: str
    label: str
    scopes: tuple[TokenScope, ...]
    created_at: float
    expires_at: float
    revoked_at: float | None
    parent: str | None  # the token that made it

    @property
    def is_valid(self) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and self.expires_at > time.time()


class Tokens:
    """The tokens of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(
        self,
        user_id: int,
        label: str,
        scopes: Iterable[TokenScope],
        days: float,
        maker: Principal | None = None,
    ) -> tuple[str, str]:
        """(id, text) of a new token; raises MisuseError without scopes or with an end that is none.

        One that a token makes (`maker` came by it) ends with that token at the latest, and is revoked with it;
        raises SignInNeededError where that token opens nothing any more.
        """
        wanted = sorted(set(scopes))
        if not wanted or not 0 < days <= LONGEST_DAYS or not 0 < len(label) <= 100:
            raise MisuseError(
                "A token needs a label, at least one scope and an end",
                f"label {label[:100]!r}, {len(wanted)} scopes, {days:g} days",
                f"Scopes are {', '.join(TokenScope)}; the end is at most {LONGEST_DAYS} days away.",
            )
        token_id, secret, now = secrets.token_hex(6), secrets.token_urlsafe(32), time.time()
        row = {
            "token_id": token_id,
            "token_hash": digest(secret),
            "user_id": user_id,
            "label": label,
            "scopes": " ".join(wanted),
            "created_at": now,
            "expires_at": now + days * 86400,
            "parent": maker.token_id if maker else None,
        }
        with writing(self._engine) as connection:
            if row["parent"]:
                same = (TOKENS.c.token_id == row["parent"]) & TOKENS.c.revoked_at.is_(None)
                end = connection.execute(
                    select(TOKENS.c.expires_at).where(same).with_for_update()
                ).scalar()
                if end is None or end <= now:
                    raise SignInNeededError
                row["expires_at"] = min(now + days * 86400, end)
            connection.execute(insert(TOKENS).values(row))
        return token_id, f"studium_{token_id}_{secret}"

    def resolve(self, text: str) -> Principal | None:
        """Whom a token stands for; None for one that is unknown, of another server, over or revoked."""
        parts = _FORM.fullmatch(text)
        if parts is None:
            return None
        with self._engine.connect() as connection:
            row = connection.execute(select(TOKENS).where(TOKENS.c.token_id == parts[1])).first()
            if row is None or not hmac.compare_digest(row.token_hash, digest(parts[2])):
                return None
            if row.revoked_at is not None or row.expires_at <= time.time():
                return None
            principal = principal_of(connection, row.user_id, f"token {row.token_id}")
        scopes = frozenset(TokenScope(scope) for scope in row.scopes.split())
        return principal and replace(principal, scopes=scopes, token_id=row.token_id)

    def list(self, user_id: int | None = None) -> list[Token]:
        """Tokens of one account, or all of them, newest first."""
        wanted = (
            select(TOKENS, ACCOUNTS.c.username)
            .join(ACCOUNTS, ACCOUNTS.c.user_id == TOKENS.c.user_id)
            .order_by(TOKENS.c.created_at.desc(), TOKENS.c.token_id)
        )
        if user_id is not None:
            wanted = wanted.where(TOKENS.c.user_id == user_id)
        with self._engine.connect() as connection:
            return [
                Token(
                    token_id=row.token_id,
                    username=row.username,
                    label=row.label,
                    scopes=tuple(TokenScope(scope) for scope in row.scopes.split()),
                    created_at=row.created_at,
                    expires_at=row.expires_at,
                    revoked_at=row.revoked_at,
                    parent=row.parent,
                )
                for row in connection.execute(wanted)
            ]

    def revoke(self, token_id: str, user_id: int | None = None) -> bool:
        """Whether there was such a token (of that account); it, and what it made, opens nothing from now on."""
        matching = TOKENS.c.token_id == token_id
        if user_id is not None:
            matching &= TOKENS.c.user_id == user_id
        made = select(TOKENS.c.token_id).where(matching).cte("made", recursive=True)
        made = made.union(select(TOKENS.c.token_id).where(TOKENS.c.parent == made.c.token_id))
        with writing(self._engine) as connection:
            exists = connection.execute(select(TOKENS.c.token_id).where(matching).with_for_update())
            if exists.first() is None:
                return False
            those = TOKENS.c.token_id.in_(select(made.c.token_id)) & TOKENS.c.revoked_at.is_(None)
            connection.execute(update(TOKENS).where(those).values(revoked_at=time.time()))
        return True
