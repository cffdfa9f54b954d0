"""A `+` in an address as people type it: keys hold no space, so `?id=kind-v1:A+B+C` means what it shows.

Enters: the application. Leaves: the same, asked with %2B in the place of each + of such a value.
"""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

_KEY = re.compile(rb"(?<![^=&,])[A-Za-z0-9-]+-v[0-9]+(?::|%3A)[^&]*", re.IGNORECASE)


class TypedKeys:
    """Plain ASGI, around everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with keys that have their signs."""
        if scope["type"] == "http" and b"+" in scope["query_string"]:
            scope = {**scope, "query_string": with_signs(scope["query_string"])}
        await self._app(scope, receive, send)


def with_signs(query: bytes) -> bytes:
    """b"id=kind-v1:A+B+C&find=a+b" → b"id=kind-v1:A%2BB%2BC&find=a+b" """
    return _KEY.sub(lambda found: found.group().replace(b"+", b"%2B"), query)
