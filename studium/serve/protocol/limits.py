"""Requests that are larger than any of ours are refused before anything reads them.

Enters: the application. Leaves: the same behind limits of address, number of parameters and body.
"""

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST_ADDRESS = 8_000
MOST_PARAMETERS = 200
LARGEST_BODY = 1_000_000


class RequestLimits:
    """Plain ASGI: a body is counted as it comes, whatever its headers say."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413, 414 or 400."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        query = scope.get("query_string", b"")
        if len(scope.get("raw_path") or b"") + len(query) > LONGEST_ADDRESS:
            await _refuse(414, "The address is too long")(scope, receive, send)
            return
        if query.count(b"&") >= MOST_PARAMETERS:
            await _refuse(400, "The address has too many parameters")(scope, receive, send)
            return
        taken = 0

        async def receive_counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST_BODY:
                raise HTTPException(413, "The request is too large")
            return message

        await self._app(scope, receive_counted, send)


def _refuse(status: int, problem: str) -> JSONResponse:
    body = {
        "type": "about:blank",
        "title": problem,
        "status": status,
        "detail": problem,
        "fix": "Ask for less at once.",
    }
    return JSONResponse(body, status, media_type="application/problem+json")
