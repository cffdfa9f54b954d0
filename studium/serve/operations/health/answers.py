"""Whether the server can answer, for load balancers and monitors; says nothing about data.

Enters: nothing. Leaves: 200 with the release's id, or 503 while there is none.
"""

from typing import Any

from fastapi import APIRouter, Request

from studium.serve.rights import Rule, rule
from studium.serve.web import describe, server_of

router = APIRouter(prefix="/api/v1", tags=["operations"])


@router.get("/health")
@rule(Rule.PUBLIC)
def health(request: Request) -> dict[str, Any]:
    """Which release is served."""
    release = server_of(request).keeper.release()
    return {"status": "ok", "release": release.id, "as_of": release.as_of()}


@router.get("/openapi.json", include_in_schema=False)
@rule(Rule.PUBLIC)
def openapi(request: Request) -> dict[str, Any]:
    """The description of the API."""
    return describe(request.app)
