"""The door of every route: who asks, the route's rule, the course or other scope in its path; then the reader.

Enters: a request that found its route. Leaves: `Caller` and `Reading` for handlers to ask for, or a
refusal. A route whose handler carries no rule answers nobody.
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from studium.serve.accounts.forms import form_token, refuse_forged
from studium.serve.protocol import accepted, known_parameters, offers_of
from studium.serve.release import NoReleaseError, Reader
from studium.serve.rights import (
    ForbiddenError,
    HiddenError,
    Principal,
    Rule,
    SignInNeededError,
    rule_of,
)
from studium.serve.web.problems import ProblemError
from studium.serve.web.server import Server, server_of
from studium.vocabulary import KINDS

# What these answer is the same as long as release and rights are; accounts, tokens and the log are not.
_OF_THE_RELEASE = frozenset(
    {
        Rule.ACCOUNT,
        Rule.COURSE,
        Rule.LEARNERS,
        Rule.EVENTS,
        Rule.INSTITUTION,
        Rule.DATASETS,
        Rule.EXPORT,
    }
)


class UnchangedError(Exception):
    """The asker has this answer already: the same release, the same rights, the same address."""


def admit(request: Request) -> None:
    """Raise a refusal unless the principal may be here; runs before every handler."""
    rule = rule_of(request.scope.get("endpoint"))
    if rule is None:
        raise ForbiddenError
    server = server_of(request)
    principal = server.authenticate(request)
    request.state.principal = principal
    request.state.form_token = form_token(request, server.desk.keys)
    if rule is Rule.PUBLIC:
        _check_question(request)
        return
    if principal is None:
        raise SignInNeededError
    rule.admit(principal)
    _check_question(request)
    for kind in KINDS:
        id_ = request.path_params.get(f"{kind}_id")
        if id_ is not None and not reader_of(request).has_scope(kind, id_):
            raise HiddenError
    if rule in _OF_THE_RELEASE:
        _tag(request, principal, server)


async def refuse_forged_forms(request: Request) -> None:
    """Raise ForgedFormError for a change that was not asked for by a page of ours; runs before `admit`."""
    await refuse_forged(request, server_of(request).desk.keys)


def caller_of(request: Request) -> Principal:
    """Who asks; raises SignInNeededError where nobody is signed in."""
    principal: Principal | None = getattr(request.state, "principal", None)
    if principal is None:
        raise SignInNeededError
    return principal


def reader_of(request: Request) -> Reader:
    """The request's one view of the release; raises NoReleaseError when there is none."""
    reader: Reader | None = getattr(request.state, "reader", None)
    if reader is None:
        server = server_of(request)
        reader = Reader(
            caller_of(request), server.bounds, server.keeper.release(), server.keeper.watch
        )
        request.state.reader = reader
    return reader


def _check_question(request: Request) -> None:
    """Raise ProblemError for what the API cannot answer so: 406 by media type, 422 by parameter."""
    path, route = request.url.path, request.scope.get("route")
    if not path.startswith("/api/") or not isinstance(route, APIRoute):
        return
    offers = offers_of(route)
    if "format" not in request.query_params and accepted(request, offers) is None:
        fix = f"Accept one of: {', '.join(offers)}."
        raise ProblemError(406, "The Accept header takes nothing that this address writes", fix)
    if path.startswith("/api/v0/"):
        return  # programs that were written for that API may send whatever it did not heed either
    known = known_parameters(route)
    for name in request.query_params:
        if name not in known:
            listed = f"This address takes: {', '.join(sorted(known))}." if known else "Send none."
            raise ProblemError(422, f"There is no parameter {name[:50]!r} here", listed)


def _tag(request: Request, principal: Principal, server: Server) -> None:
    """An ETag of the release, the rights and the address for what programs get; equal: no answer is made."""
    if request.method not in {"GET", "HEAD"} or not request.url.path.startswith("/api/"):
        return
    try:
        reader = reader_of(
            request
        )  # the one that answers: a release that comes now is the next one's
    except NoReleaseError:
        return  # the handler may do without
    rights = (principal.role, sorted(principal.grants), sorted(principal.scopes or ["all"]))
    asked = (request.url.path, request.url.query, request.headers.getlist("accept"))
    bounds = (server.bounds.small_group, server.bounds.privacy)
    said = repr((reader.release_id, rights, bounds, principal.user_id, asked))
    tag = f'"{server.desk.keys.sign("etag", said)[:32]}"'
    request.state.etag = tag
    if tag in request.headers.get("if-none-match", ""):
        raise UnchangedError


Caller = Annotated[Principal, Depends(caller_of)]
Reading = Annotated[Reader, Depends(reader_of)]
