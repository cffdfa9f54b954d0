"""One address after another, within limits of rate, size and time; passing faults are tried again.

Enters: addresses of one server. Leaves: the bytes of their answers. Redirects stay on that server; what a server says
is never shown with credentials.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx

from studium.errors import StudiumError
from studium.sources.http.answers import HttpAnswer
from studium.sources.http.network import NetworkDeadline, Transport
from studium.sources.http.tokens import BearerTokens
from studium.sources.http.waits import seconds_to_wait

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5
MOST_WAIT_SECONDS = 600.0  # a server that asks for more is left alone until the next landing
STEP_SECONDS = 30.0  # of one read, connect or write
CHECK = "Check `url` of the source: it is the API's own address, such as https://…/api/v1/"
LATER = "Run the command again later: what was fetched so far is kept."


@dataclass(frozen=True)
class FetchLimits:
    """What one source may take; `attempts` counts the first try."""

    requests_per_second: float
    attempts: int
    timeout_seconds: int
    maximum_bytes: int
    allow_private: bool


class Client:
    """Requests to one server, one at a time; `sleep` is replaced by tests."""

    def __init__(
        self,
        limits: FetchLimits,
        tokens: BearerTokens | None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limits = limits
        self._tokens = tokens
        self._sleep = sleep
        self._deadline = NetworkDeadline()
        self._next_at = 0.0
        self._http = httpx.Client(
            transport=Transport(self._deadline, limits.allow_private),
            timeout=STEP_SECONDS,
            trust_env=False,
            headers={"Accept": "application/json", "User-Agent": "studium"},
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *error: object) -> None:
        self._http.close()

    def get(self, url: str) -> bytes:
        """The body of an answer 200. Raises StudiumError where there is none after all attempts, or no hope of one."""
        if urlsplit(url).scheme not in {"http", "https"}:
            raise StudiumError("neither http:// nor https://", shown(url), CHECK)
        problem, is_renewed = "", False
        for faults in range(1, self._limits.attempts + 1):
            answer = self._try(url)
            if isinstance(answer, HttpAnswer) and answer.status == 200:
                return answer.content
            if (
                isinstance(answer, HttpAnswer)
                and answer.status == 401
                and self._tokens
                and not is_renewed
            ):
                self._tokens.forget()  # it ran out, or the server forgot it
                is_renewed = True
                continue
            problem = answer if isinstance(answer, str) else f"it answers {answer.status}"
            if isinstance(answer, HttpAnswer) and answer.status not in PASSING:
                raise _refusal(url, answer.status)
            if faults < self._limits.attempts:
                self._wait(url, answer, faults)
        raise StudiumError(
            f"no answer after {self._limits.attempts} attempts: {problem}", shown(url), LATER
        )

    def _wait(self, url: str, answer: HttpAnswer | str, faults: int) -> None:
        seconds = seconds_to_wait(
            answer.retry_after if isinstance(answer, HttpAnswer) else None, faults
        )
        if seconds > MOST_WAIT_SECONDS:
            raise StudiumError(f"the server asks to wait {seconds:,.0f} s", shown(url), LATER)
        self._sleep(seconds)

    def _try(self, url: str) -> HttpAnswer | str:
        """An answer, or what went wrong on the way."""
        try:
            headers = self._tokens.headers(self._send) if self._tokens else {}
            return self._follow(url, headers)
        except httpx.RequestError as error:
            return str(error)
        except httpx.InvalidURL as error:
            raise StudiumError(f"no address: {error}", shown(url), CHECK) from None

    def _follow(self, url: str, headers: dict[str, str]) -> HttpAnswer:
        asked = url
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._send("GET", asked, headers, None)
            if answer.status not in REDIRECTS or not answer.location:
                return answer
            asked = urljoin(asked, answer.location)
            if not is_same_server(url, asked):
                raise StudiumError(
                    f"the server sends us to another one, {shown(asked)}",
                    shown(url),
                    "Set `url` of the source to the address that it should be fetched from.",
                )
        raise StudiumError("the server redirects in a circle", shown(url), CHECK)

    def _send(
        self, method: str, url: str, headers: dict[str, str], form: dict[str, str] | None
    ) -> HttpAnswer:
        self._keep_rate()
        self._deadline.start(self._limits.timeout_seconds)
        with self._http.stream(method, url, headers=headers, data=form) as response:
            content = bytearray()
            for block in response.iter_bytes():
                content += block
                if len(content) > self._limits.maximum_bytes:
                    raise StudiumError(
                        f"the answer has more than {self._limits.maximum_bytes:,} bytes",
                        shown(url),
                        "Lower `page_size` of the source, or raise its `maximum_answer_mb`.",
                    )
            return HttpAnswer(
                response.status_code,
                bytes(content),
                response.headers.get("retry-after"),
                response.headers.get("location"),
            )

    def _keep_rate(self) -> None:
        now = time.monotonic()
        if now < self._next_at:
            self._sleep(self._next_at - now)
        self._next_at = max(now, self._next_at) + 1 / self._limits.requests_per_second


def is_same_server(url: str, other: str) -> bool:
    """Whether two addresses have the same scheme, host and port; one that cannot be read has none."""
    try:
        first, second = urlsplit(url), urlsplit(other)
        return (first.scheme, first.hostname, first.port) == (
            second.scheme,
            second.hostname,
            second.port,
        )
    except ValueError:
        return False


def shown(url: str) -> str:
    """An address without what may be secret in it: no query, no name of a user."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def _refusal(url: str, status: int) -> StudiumError:
    if status in {401, 403}:
        fix = "Check the client id and secret of the source, and what they are allowed to read."
    else:
        fix = CHECK
    return StudiumError(f"the server answers {status}", shown(url), fix)
