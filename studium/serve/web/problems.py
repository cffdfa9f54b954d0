"""What becomes of errors: problem+json for programs, a page for people, the same status for both.

Enters: an exception. Leaves: an answer with what is wrong and what to do, and nothing of the inside.
"""

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from studium.errors import MisuseError, StudiumError
from studium.serve.accounts import AccountsLostError, LockedError, SignInRefusedError
from studium.serve.protocol import HTML, JSON, accepted
from studium.serve.release import (
    GreedyQueryError,
    NoReleaseError,
    OverdueQueryError,
    UnfitValueError,
)
from studium.serve.rights import ForbiddenError, ForgedFormError, HiddenError, SignInNeededError
from studium.serve.web.templates import render

_STATUS: dict[type[StudiumError], int] = {
    SignInNeededError: 401,
    ForbiddenError: 403,
    ForgedFormError: 403,
    HiddenError: 404,
    UnfitValueError: 400,
    NoReleaseError: 503,
    OverdueQueryError: 503,
    GreedyQueryError: 503,
    LockedError: 429,
    AccountsLostError: 503,
    SignInRefusedError: 400,
    MisuseError: 400,
}
_TITLES = {
    400: "This request is not understood",
    401: "Sign-in needed",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    406: "Not to be had in this form",
    413: "Too large",
    414: "Address too long",
    422: "A value is not valid",
    429: "Too many attempts",
    500: "Something went wrong here",
    503: "Not available now",
}
_FIXES = {
    404: "Check the address, or ask an administrator for access.",
    405: "Use another method.",
    500: "Try again; if it stays, tell the administrator of this server when it happened.",
}


class ProblemError(StudiumError):
    """An answer with a status of its own, such as 429; `headers` go with it."""

    def __init__(
        self, status: int, problem: str, fix: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(problem, "request", fix)
        self.status = status
        self.headers = dict(headers or {})


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks, by the address and the Accept header."""
    is_page = not request.url.path.startswith("/api/")
    return is_page and accepted(request, (JSON, HTML)) == HTML


def add_error_handlers(app: FastAPI) -> None:
    """Answer every kind of error in one form."""

    @app.exception_handler(StudiumError)
    def known(request: Request, error: Exception) -> Response:
        return _of_studium(request, error if isinstance(error, StudiumError) else _unknown())

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: Exception) -> Response:
        details = error.errors() if isinstance(error, RequestValidationError) else []
        return _problem(request, 422, _in_words(details), "Correct the value, then ask again.")

    @app.exception_handler(HTTPException)
    def plain(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:  # as for what is hidden: nobody can tell which
            return _of_studium(request, HiddenError())
        detail = str(getattr(error, "detail", "")) or _TITLES.get(status, "Error")
        return _problem(request, status, detail, _FIXES.get(status, "See the documentation."))

    @app.exception_handler(Exception)
    def fault(request: Request, _error: Exception) -> Response:
        return _of_studium(request, _unknown())


def _unknown() -> StudiumError:
    return ProblemError(500, "The server made a mistake", _FIXES[500])


def _of_studium(request: Request, error: StudiumError) -> Response:
    status = error.status if isinstance(error, ProblemError) else _status_of(error)
    if status == 401 and wants_page(request):
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(target, safe='')}", 303)
    headers = dict(error.headers) if isinstance(error, ProblemError) else {}
    if isinstance(error, LockedError):
        headers["Retry-After"] = str(max(1, round(error.seconds)))
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    problem, fix = (error.problem, error.fix) if status != 500 else (_TITLES[500], _FIXES[500])
    answer = _problem(request, status, problem, fix)
    answer.headers.update(headers)
    return answer


def _status_of(error: StudiumError) -> int:
    for kind in type(error).__mro__:
        if kind in _STATUS:
            return _STATUS[kind]
    return 500


def _problem(request: Request, status: int, detail: str, fix: str) -> Response:
    title = _TITLES.get(status, "Error")
    if wants_page(request):
        page = {"status": status, "title": title, "detail": detail, "fix": fix}
        return render(request, "problem.html", page, status)
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "fix": fix}
    return JSONResponse(body, status, media_type="application/problem+json")


def _in_words(details: object) -> str:
    """The first thing that is wrong, with the name of the parameter, without what was given."""
    if not isinstance(details, list | tuple) or not details:
        return "A value is not valid"
    first = details[0]
    name = ".".join(str(part) for part in first.get("loc", ()) if part not in {"query", "path"})
    return f"{name}: {first.get('msg', 'not valid')}"
