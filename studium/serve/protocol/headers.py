"""Headers of every answer: what a browser may do with it, which release it is from, who may keep it.

Enters: the application. Leaves: the same with headers, as plain ASGI, so that streams stay streams.
"""

from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_TWO_YEARS = "max-age=63072000"


class Headers:
    """Adds them; `form_targets` are origins besides our own that a form may lead to."""

    def __init__(self, app: ASGIApp, form_targets: tuple[str, ...] = ()) -> None:
        self._app = app
        self._policy = "; ".join(
            [
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "img-src 'self' data:",
                "font-src 'self'",
                "connect-src 'self'",
                "manifest-src 'self'",
                " ".join(["form-action 'self'", *form_targets]),
                "frame-ancestors 'none'",
                "base-uri 'none'",
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; the headers are added when the answer begins."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), scope, state, message["status"])
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _add(
        self, headers: MutableHeaders, scope: Scope, state: dict[str, Any], status: int
    ) -> None:
        headers["Content-Security-Policy"] = self._policy
        for name, value in _FIXED.items():
            headers[name] = value
        location = urlsplit(headers.get("location", ""))
        if status == 307 and location.path.startswith(
            "/"
        ):  # of a slash: made with any Host that was sent
            path = "/" + location.path.lstrip("/")
            headers["location"] = f"{path}?{location.query}" if location.query else path
        if scope.get("scheme") == "https":
            headers["Strict-Transport-Security"] = _TWO_YEARS
        if (reader := state.get("reader")) is not None:
            headers["Studium-Release"] = reader.release_id
            headers["Studium-As-Of"] = str(reader.as_of or "")
        if not scope["path"].startswith("/static/"):
            is_tagged = "etag" in state and status in {200, 304}
            headers["Cache-Control"] = "private, no-cache" if is_tagged else "no-store"
            headers["Vary"] = "Accept, Authorization, Cookie"
            if is_tagged:
                headers["ETag"] = state["etag"]
