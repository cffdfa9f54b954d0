"""A real issuer of OpenID Connect on this machine, which can be told to lie.

Enters: claims, headers and keys to use. Leaves: discovery, keys, a token endpoint that checks PKCE.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "studium", "only the two of us know"


class Issuer:
    """Codes are given out by `authorize`, as a browser would get them after its sign-in there."""

    def __init__(self) -> None:
        self.url = ""
        self.numbers = count()
        self.first_key = RSAKey.generate_key(2048, {"kid": "first"})
        self.begin_anew()

    def begin_anew(self) -> None:
        """Be honest again, with the first key."""
        self.key = self.first_key
        self.claims: dict[str, Any] = {}  # what differs from a good token
        self.header: dict[str, Any] = {}
        self.signing: RSAKey | None = None  # another key than the one that is shown
        self.subject, self.name = "person-1", "ada"
        self.is_pkce_checked = True
        self.codes: dict[str, dict[str, str]] = {}
        self.key_reads = 0

    def authorize(self, address: str) -> dict[str, str]:
        """What comes back to the browser that was sent to `address`."""
        asked = {name: found[0] for name, found in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{next(self.numbers)}"
        self.codes[code] = asked
        return {"state": asked["state"], "code": code}

    def exchange(self, form: dict[str, str], credentials: str) -> dict[str, Any] | None:
        """An ID token for a code, once; None for one that is not right."""
        asked = self.codes.pop(form.get("code", ""), None)
        expected = base64.b64encode(
            f"{CLIENT_ID}:{CLIENT_SECRET}".replace(" ", "%20").encode()
        ).decode()
        if asked is None or credentials != f"Basic {expected}":
            return None
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
        if self.is_pkce_checked and challenge != asked["code_challenge"]:
            return None
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.sign(asked["nonce"])}

    def sign(self, nonce: str) -> str:
        """A good token with what `claims` and `header` change."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": self.subject,
            "preferred_username": self.name,
            "email": f"{self.name}@example.org",
            "email_verified": True,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": "first"} | self.header
        if header["alg"] == "none":
            return ".".join([*map(_encoded, (header, claims)), ""])
        if (
            header["alg"] == "HS256"
        ):  # libraries refuse to use the public key so; an attacker does not
            text = ".".join(map(_encoded, (header, claims)))
            secret = self.key.as_pem(private=False)
            mac = hmac.new(secret, text.encode(), hashlib.sha256).digest()
            return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
        return jwt.encode(header, claims, self.signing or self.key, algorithms=[header["alg"]])

    def answer(self, path: str) -> dict[str, Any] | None:
        """Discovery and keys."""
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        if path == "/keys":
            self.key_reads += 1
            return {"keys": [self.key.as_dict(private=False)]}
        return None


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@contextmanager
def run_issuer() -> Iterator[Issuer]:
    """An issuer that listens until the end of the block."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(issuer.answer(self.path))

        def do_POST(self) -> None:
            size = int(self.headers.get("content-length", 0))
            form = {
                name: found[0] for name, found in parse_qs(self.rfile.read(size).decode()).items()
            }
            self._send(issuer.exchange(form, self.headers.get("authorization", "")))

        def _send(self, found: dict[str, Any] | None) -> None:
            body = json.dumps(found if found is not None else {"error": "invalid_grant"}).encode()
            self.send_response(400 if found is None else 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
