"""Changes come from our own pages only: cookies, the token of each form, and where a request was sent from.

Enters: a request that changes something. Leaves: nothing, or a refusal before anything is looked at.
"""

import hmac
import secrets
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response

from studium.serve.accounts.secrets import Secrets
from studium.serve.rights import ForgedFormError

# The prefix binds a cookie to this host, to https (or this machine) and to all paths.
SESSION_COOKIE = "__Host-studium"
VISIT_COOKIE = "__Host-studium-visit"  # before a sign-in
FORM_FIELD = "form_token"
FORM_HEADER = "x-form-token"
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def form_token(request: Request, keys: Secrets) -> str:
    """What the forms of this browser carry; it is worth nothing in another browser."""
    cookies = request.cookies
    value = cookies.get(SESSION_COOKIE) or cookies.get(VISIT_COOKIE)
    return keys.sign("form", value) if value else ""


async def refuse_forged(request: Request, keys: Secrets) -> None:
    """Raise ForgedFormError for a change that a page of another site could have sent.

    A request with a token of ours in its header cannot be made by a browser that was led to it.
    """
    if request.method in _SAFE_METHODS or has_bearer(request):
        return
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForgedFormError
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise ForgedFormError
    expected = form_token(request, keys)
    given = request.headers.get(FORM_HEADER, "")
    if not given and request.headers.get("content-type", "").startswith(_FORMS):
        given = str((await request.form()).get(FORM_FIELD, ""))
    if not expected or not hmac.compare_digest(expected.encode(), given.encode(errors="replace")):
        raise ForgedFormError


def has_bearer(request: Request) -> bool:
    """Whether a token is sent, as `Bearer` or, by clients of the edX Analytics Data API, as `Token`.

    Then the cookie is not looked at.
    """
    return request.headers.get("authorization", "").lower().startswith(("bearer ", "token "))


def bearer_of(request: Request) -> str:
    """The token that is sent; empty without one."""
    return request.headers.get("authorization", "").partition(" ")[2].strip()


def visit_of(request: Request) -> str:
    """The browser's own random value, a new one where it has none yet; `greet` sends it."""
    return request.cookies.get(VISIT_COOKIE) or secrets.token_urlsafe(32)


def greet(answer: Response, visit: str) -> None:
    """Give the browser the value that its forms and its way to the issuer and back are bound to."""
    _set(answer, VISIT_COOKIE, visit, 3600)


def keep_session(answer: Response, value: str, seconds: int) -> None:
    """Give the browser its session."""
    _set(answer, SESSION_COOKIE, value, seconds)
    answer.delete_cookie(VISIT_COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def drop_session(answer: Response) -> None:
    """Take the session from the browser."""
    answer.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def _set(answer: Response, name: str, value: str, seconds: int) -> None:
    # Lax, not Strict: links that people share, and the way back from the issuer, come from elsewhere.
    answer.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )
