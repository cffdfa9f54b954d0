"""Tokens by OAuth's client credentials.

Enters: where tokens are given, and credentials from the environment. Leaves: the header of a request. Neither the
secret nor a token is ever part of a message or of what is printed of these objects.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import orjson

from studium.errors import StudiumError
from studium.sources.http.answers import HttpAnswer

SPARE_SECONDS = 30.0  # a token is not used so shortly before its end
KINDS = {"jwt": "JWT", "bearer": "Bearer"}
BUSY = 429

Send = Callable[[str, str, dict[str, str], dict[str, str] | None], HttpAnswer]


@dataclass(frozen=True)
class Credentials:
    """Who we are for the server."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)


class BearerTokens:
    """The token that is good now; a new one is asked for when it ends or is refused."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._url = url
        self._credentials = credentials
        self._header = ""
        self._ends = 0.0

    def headers(self, send: Send) -> dict[str, str]:
        """The header that a request needs. Raises StudiumError where the server gives no token."""
        if not self._header or time.monotonic() >= self._ends:
            self._renew(send)
        return {"Authorization": self._header}

    def forget(self) -> None:
        """Ask for a new one before the next request."""
        self._header = ""

    def _renew(self, send: Send) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
            "token_type": "jwt",
        }
        answer = send("POST", self._url, {}, form)
        if answer.status >= 500 or answer.status == BUSY:
            raise httpx.TransportError(f"no token: the server answers {answer.status}")
        said = _object(answer.content) if answer.status == 200 else {}
        token, kind = said.get("access_token"), str(said.get("token_type", "bearer")).lower()
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise StudiumError(
                f"the server gives no token: it answers {answer.status}",
                self._url.split("?")[0],
                "Check `token_url` of the source, and the client id and secret in the environment.",
            )
        self._header = f"{KINDS.get(kind, 'Bearer')} {token}"
        lasts = said.get("expires_in")
        seconds = float(lasts) if isinstance(lasts, int | float) else 60.0
        self._ends = time.monotonic() + max(seconds - SPARE_SECONDS, 1.0)


def _object(content: bytes) -> dict[str, object]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
