"""One's own account: what one may see, and tokens for programs.

Enters: a principal, forms. Leaves: the page at `/account`; the text of a new token stands on it once.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from studium.errors import MisuseError
from studium.serve.accounts import LockedError
from studium.serve.accounts.forms import drop_session
from studium.serve.drawing.tables import Column, Table
from studium.serve.people.account.answers import describe_token
from studium.serve.rights import HiddenError, Principal, Rule, TokenScope, rule
from studium.serve.web import Caller, remember, render, server_of

router = APIRouter()
_MEANINGS = {
    TokenScope.READ: "see what you see, without learners",
    TokenScope.LEARNERS: "see learners too",
    TokenScope.EXPORT: "take files: datasets and lists as CSV or Parquet",
    TokenScope.ADMINISTER: "change accounts and tokens",
}


@router.get("/account", include_in_schema=False)
@rule(Rule.PERSON)
def account_page(request: Request, caller: Caller) -> Response:
    """Who one is here, and one's tokens."""
    return _page(request, caller)


@router.post("/account/tokens", include_in_schema=False)
@rule(Rule.PERSON)
def create_token(
    request: Request,
    caller: Caller,
    label: Annotated[str, Form(max_length=100)] = "",
    scopes: Annotated[list[TokenScope] | None, Form()] = None,
    days: Annotated[float, Form(gt=0, le=3660)] = 90,
) -> Response:
    """A new token; its text is on the page that answers, and nowhere else."""
    wanted = [scope for scope in scopes or [] if caller.may(scope)]
    try:
        tokens = server_of(request).desk.tokens
        token_id, text = tokens.create(caller.user_id, label.strip(), wanted, days, caller)
    except MisuseError as error:
        return _page(request, caller, {"problem": f"{error.problem}. {error.fix}"}, 422)
    said = {"scopes": sorted(wanted), "days": days, "label": label.strip()}
    remember(request, "token created", token_id, said)
    return _page(request, caller, {"new_token": text}, 201)


@router.post("/account/tokens/{token_id}/revoke", include_in_schema=False)
@rule(Rule.PERSON)
def revoke_token(request: Request, token_id: str, caller: Caller) -> Response:
    """The token opens nothing any more."""
    if not server_of(request).desk.tokens.revoke(token_id, caller.user_id):
        raise HiddenError
    remember(request, "token revoked", token_id)
    return RedirectResponse("/account", 303)


@router.post("/account/password", include_in_schema=False)
@rule(Rule.PERSON)
def change_password(
    request: Request,
    caller: Caller,
    old: Annotated[str, Form(max_length=2000)] = "",
    new: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Another password for oneself; sessions and tokens made with the old one end, and one signs in anew.

    The old one is checked as at the sign-in: each try counts, and too many lock the name.
    """
    desk = server_of(request).desk
    address = request.client.host if request.client else ""
    try:
        found = desk.check_password(caller.username, old, address)
    except LockedError as locked:
        if locked.refused:
            desk.audit.append([desk.refusal(locked.refused)])
        raise
    if found != caller.user_id:
        remember(request, "password change refused", caller.username)
        return _page(request, caller, {"refusal": "The old password is not right."}, 403)
    try:
        desk.people.set_password(caller.username, new)
    except MisuseError as error:
        return _page(request, caller, {"refusal": f"{error.problem}. {error.fix}"}, 422)
    remember(request, "password changed", caller.username, {"keeps_tokens": False})
    answer = RedirectResponse("/sign-in", 303)
    drop_session(answer)
    return answer


def _page(
    request: Request, caller: Principal, more: dict[str, Any] | None = None, status: int = 200
) -> Response:
    found = server_of(request).desk.tokens.list(caller.user_id)
    tokens = [describe_token(token) for token in found]
    values = {
        "title": "Your account",
        "place": "account",
        "summary": "",
        "tokens": tokens,
        "meanings": [(scope, text) for scope, text in _MEANINGS.items() if caller.may(scope)],
        "courses": _courses(caller),
        "new_token": "",
        "problem": "",
        "refusal": "",
        "has_password": server_of(request).desk.people.find(caller.username).has_password,
    }
    return render(request, "people/account/page.html", values | (more or {}), status)


def _courses(caller: Principal) -> Table:
    rows = [{"kind": scope.kind, "id": scope.id} for scope in sorted(caller.grants)]
    columns = (Column("kind", "Kind"), Column("id", "Key", "key"))
    return Table("granted", "What is yours", columns, rows)
