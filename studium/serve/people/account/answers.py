"""One's own tokens: made, listed, revoked.

Enters: a principal. Leaves: the text of a new token, once; later only what it may and until when.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from studium.serve.accounts import Token
from studium.serve.rights import ForbiddenError, HiddenError, Rule, TokenScope, rule
from studium.serve.web import Caller, remember, server_of

router = APIRouter(prefix="/api/v1")


class TokenWish(BaseModel, extra="forbid"):
    """What a token shall be for."""

    label: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[list[TokenScope], Field(min_length=1, max_length=len(TokenScope))]
    days: Annotated[float, Field(gt=0, le=3660)] = 90


@router.get("/tokens")
@rule(Rule.PERSON)
def tokens(caller: Caller, request: Request) -> dict[str, Any]:
    """Your tokens, newest first."""
    found = server_of(request).desk.tokens.list(caller.user_id)
    return {"items": [describe_token(token) for token in found], "next": None, "total": len(found)}


@router.post("/tokens", status_code=201)
@rule(Rule.PERSON)
def create_token(wish: TokenWish, caller: Caller, request: Request) -> dict[str, Any]:
    """A new token. Its text is in this answer and nowhere else; made by a token, it ends with that one."""
    if not all(caller.may(scope) for scope in wish.scopes):
        raise ForbiddenError("scopes beyond those of your own token")
    token_id, text = server_of(request).desk.tokens.create(
        caller.user_id, wish.label, wish.scopes, wish.days, caller
    )
    said = {"scopes": sorted(wish.scopes), "days": wish.days, "label": wish.label}
    remember(request, "token created", token_id, said)
    return {"token_id": token_id, "token": text}


@router.delete("/tokens/{token_id}")
@rule(Rule.PERSON)
def revoke_token(token_id: str, caller: Caller, request: Request) -> dict[str, Any]:
    """A token opens nothing any more."""
    if not server_of(request).desk.tokens.revoke(token_id, caller.user_id):
        raise HiddenError
    remember(request, "token revoked", token_id)
    return {"token_id": token_id, "is_valid": False}


def describe_token(token: Token) -> dict[str, Any]:
    """A token as JSON; never its text."""
    return {
        "token_id": token.token_id,
        "label": token.label,
        "scopes": list(token.scopes),
        "created_at": _as_time(token.created_at),
        "expires_at": _as_time(token.expires_at),
        "revoked_at": None if token.revoked_at is None else _as_time(token.revoked_at),
        "is_valid": token.is_valid,
        "made_by": token.parent,
    }


def _as_time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=0)
