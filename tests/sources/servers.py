"""A Course Discovery API on loopback, which misbehaves as it is told.

Enters: what each resource holds, and faults by path and turn. Leaves: a running server, and the requests that it got.
"""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Fault = Callable[["Handler"], None]
SECRET = "canary-secret-8f3a"
TOKEN = "canary-token-51c7"


class Api:
    """The data, the faults that are still to come, and what was asked."""

    def __init__(self, held: dict[str, list[dict[str, Any]]]) -> None:
        self.held = held
        self.faults: dict[str, list[Fault | None]] = defaultdict(list)
        self.asked: Counter[str] = Counter()
        self.agents: set[str] = set()
        self.tokens = 0
        self.token_lasts = 3600
        self.good_tokens: set[str] = set()
        self.next_base = ""
        self.port = 0

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.port}/api/v1/"

    @property
    def token_url(self) -> str:
        """Where tokens are."""
        return f"http://127.0.0.1:{self.port}/oauth2/access_token/"


class Handler(BaseHTTPRequestHandler):
    """Answers of the API; `server.api` says which."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *parts: object) -> None:
        """Nothing on the terminal."""

    @property
    def api(self) -> Api:
        """What the server plays."""
        return self.server.api  # type: ignore[attr-defined, no-any-return]

    def do_POST(self) -> None:
        """A token for the right secret."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if form.get("client_secret") != [SECRET]:
            self.say(401, {"error": "invalid_client"})
            return
        self.api.tokens += 1
        token = f"{TOKEN}-{self.api.tokens}"
        self.api.good_tokens = {token}
        said = {"access_token": token, "token_type": "JWT", "expires_in": self.api.token_lasts}
        self.say(200, said)

    def do_GET(self) -> None:
        """A page, or the fault that is due."""
        self.api.asked[self.path] += 1
        waiting = self.api.faults[self.path]
        fault = waiting.pop(0) if waiting else None
        if fault is not None:
            fault(self)
            return
        if self.headers.get("Authorization", "").removeprefix("JWT ") not in self.api.good_tokens:
            self.say(401, {"detail": "Signature has expired."})
            return
        self.say(200, self.page())

    def page(self) -> dict[str, Any]:
        """The records that the query names."""
        parts = urlsplit(self.path)
        records = self.api.held[parts.path.rstrip("/").split("/")[-1]]
        query = {name: int(values[0]) for name, values in parse_qs(parts.query).items()}
        first, limit = query.get("offset", 0), query["limit"]
        base = self.api.next_base or f"http://127.0.0.1:{self.api.port}"
        following = f"{base}{parts.path}?limit={limit}&offset={first + limit}"
        return {
            "count": len(records),
            "next": following if first + limit < len(records) else None,
            "results": records[first : first + limit],
        }

    def say(self, status: int, content: Any, **headers: str) -> None:
        """Answer with JSON."""
        body = json.dumps(content, indent=1).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def answers(status: int, **headers: str) -> Fault:
    """A fault that is an answer."""
    return lambda handler: handler.say(status, {"detail": "not now"}, **headers)


def cut(handler: Handler) -> None:
    """Half an answer, and the end of the connection."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"results": [')
    handler.close_connection = True


def drip(handler: Handler) -> None:
    """A byte of a head every twentieth of a second, for ever."""
    handler.close_connection = True
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(400):
            handler.wfile.write(b"a")
            time.sleep(0.05)
    except OSError:
        return


def flood(handler: Handler) -> None:
    """A body without an end."""
    handler.close_connection = True
    try:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(400):
            handler.wfile.write(b" " * 1_000_000)
    except OSError:
        return


@contextmanager
def running(api: Api) -> Iterator[Api]:
    """The API at a free port of loopback, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.api = api  # type: ignore[attr-defined]
    api.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
