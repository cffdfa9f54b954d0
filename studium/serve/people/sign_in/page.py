"""Sign-in and sign-out: by password, by OpenID Connect; each try is in the audit log.

Enters: a form of our own page, or a browser that comes back from the issuer. Leaves: a session.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from studium.serve.accounts.claims import SignInRefusedError
from studium.serve.accounts.forms import (
    SESSION_COOKIE,
    VISIT_COOKIE,
    drop_session,
    greet,
    keep_session,
    visit_of,
)
from studium.serve.accounts.lockout import LockedError
from studium.serve.accounts.oidc import RETURN_PATH, Returned
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import remember, render, server_of

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
@rule(Rule.PUBLIC)
def sign_in_page(
    request: Request, next_path: Annotated[str, Query(alias="next", max_length=4000)] = "/"
) -> Response:
    """The form; where somebody is signed in already, the page that was wanted."""
    if request.state.principal is not None:
        return RedirectResponse(_local(next_path), 303)
    return _page(request, _local(next_path), "", 200)


@router.post("/sign-in")
@rule(Rule.PUBLIC)
def sign_in(
    request: Request,
    username: Annotated[str, Form(max_length=300)] = "",
    password: Annotated[str, Form(max_length=2000)] = "",
    next_path: Annotated[str, Form(alias="next", max_length=4000)] = "/",
) -> Response:
    """By password; a name that does not exist and a wrong password are answered alike, and as fast."""
    desk = server_of(request).desk
    address = request.client.host if request.client else ""
    try:
        user_id = desk.check_password(username, password, address)
    except LockedError as locked:
        if locked.refused:
            desk.audit.append([desk.refusal(locked.refused)])
        raise
    if user_id is None:
        known = username.lower() if desk.people.password_of(username)[0] else "(unknown)"
        remember(request, "sign-in refused", known, {"by": "password"}, username=known)
        return _page(request, _local(next_path), "The name or the password is not right.", 401)
    return _begin_session(request, user_id, _local(next_path), "password")


@router.post("/sign-in/oidc")
@rule(Rule.PUBLIC)
def go_to_issuer(
    request: Request,
    next_path: Annotated[str, Form(alias="next", max_length=4000)] = "/",
) -> Response:
    """On to the institution's own sign-in."""
    oidc = server_of(request).desk.oidc
    if oidc is None:
        raise HiddenError
    visit = visit_of(request)
    answer = RedirectResponse(oidc.begin(visit, _local(next_path)), 303)
    greet(answer, visit)
    return answer


@router.get(RETURN_PATH)
@rule(Rule.PUBLIC)
def come_back(request: Request, state: str = "", code: str = "", iss: str = "") -> Response:
    """Back from the issuer; the state is good for one try of this browser."""
    oidc = server_of(request).desk.oidc
    if oidc is None:
        raise HiddenError
    visit = request.cookies.get(VISIT_COOKIE, "")
    try:
        user_id, next_path = oidc.finish(Returned(visit, state, code, iss))
    except SignInRefusedError as refusal:
        reason = {"by": "OpenID Connect", "reason": refusal.reason}
        remember(request, "sign-in refused", "(unknown)", reason, username="(unknown)")
        raise
    return _begin_session(request, user_id, next_path, "OpenID Connect")


@router.post("/sign-out")
@rule(Rule.PUBLIC)
def sign_out(request: Request) -> Response:
    """The session ends here and in the database."""
    value = request.cookies.get(SESSION_COOKIE)
    if value:
        server_of(request).desk.sessions.end(value)
    if request.state.principal is not None:
        remember(request, "sign-out")
    answer = RedirectResponse("/sign-in", 303)
    drop_session(answer)
    return answer


def _begin_session(request: Request, user_id: int, next_path: str, means: str) -> Response:
    desk = server_of(request).desk
    session = desk.sessions.begin(user_id, request.cookies.get(SESSION_COOKIE))
    principal = desk.sessions.resolve(session.value)
    name = principal.username if principal else ""
    remember(request, "sign-in", name, {"by": means}, username=name)
    answer = RedirectResponse(next_path, 303)
    keep_session(answer, session.value, session.seconds)
    return answer


def _page(request: Request, next_path: str, problem: str, status: int) -> Response:
    server = server_of(request)
    visit = visit_of(request)
    values = {
        "next": next_path,
        "problem": problem,
        "oidc_label": server.desk.oidc.label if server.desk.oidc else "",
        "form_token": server.desk.keys.sign("form", request.cookies.get(SESSION_COOKIE) or visit),
    }
    answer = render(request, "people/sign_in/page.html", values, status)
    greet(answer, visit)
    return answer


def _local(path: str) -> str:
    """A path of this server, else the first page: nobody is led elsewhere by a link to the sign-in."""
    is_local = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_local and path.isprintable() and "\\" not in path else "/"
