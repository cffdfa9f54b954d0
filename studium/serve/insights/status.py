"""status/, authenticated/, health/: whether the server answers, knows the token, and has a release.

Enters: nothing. Leaves: what the client of the edX Analytics Data API asks before anything else.
"""

from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from studium.serve.insights.contract import insights_router
from studium.serve.release import NoReleaseError
from studium.serve.rights import Rule, rule
from studium.serve.web import server_of

router = insights_router()


@router.get("/status/")
@router.get("/status", include_in_schema=False)
@rule(Rule.PUBLIC)
def status() -> dict[str, Any]:
    """The server answers."""
    return {}


@router.get("/authenticated/")
@router.get("/authenticated", include_in_schema=False)
@rule(Rule.ACCOUNT)
def authenticated() -> dict[str, Any]:
    """The token is known."""
    return {}


@router.get("/health/")
@router.get("/health", include_in_schema=False)
@rule(Rule.PUBLIC)
def health(request: Request) -> Response:
    """Whether there is a release to answer from."""
    try:
        server_of(request).keeper.release()
        found, code = "OK", 200
    except NoReleaseError:
        found, code = "UNAVAILABLE", 503
    body = {"overall_status": found, "detailed_status": {"database_connection": found}}
    return JSONResponse(body, code)
