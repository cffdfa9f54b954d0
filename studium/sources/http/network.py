"""Connections that keep to public addresses and to one deadline, whatever the other side does.

Enters: hosts that a client asks for. Leaves: httpx's transport over httpcore's connections. A server that sends a byte
at a time, in a head or a body, does not hold longer than one that sends nothing.
"""

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from studium.sources.http.addresses import address_of


class NetworkDeadline:
    """When the present request has to be over."""

    def __init__(self) -> None:
        self._ends = float("inf")

    def start(self, seconds: float) -> None:
        """Begin to count for a new request."""
        self._ends = time.monotonic() + seconds

    def left(self, timeout: float | None) -> float:
        """Seconds that one step may take; raises httpcore.ReadTimeout when none is left."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout("it took too long")
        return seconds if timeout is None else min(timeout, seconds)


class Network(httpcore.NetworkBackend):
    """Resolves a host once, refuses what is not public, and connects to the address that was looked at."""

    def __init__(self, deadline: NetworkDeadline, allow_private: bool) -> None:
        self._deadline = deadline
        self._allow_private = allow_private
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to a host; raises StudiumError for one that is not public."""
        try:
            address = address_of(host, port, self._allow_private)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} has no address: {error}") from None
        seconds = self._deadline.left(timeout)
        stream = self._plain.connect_tcp(address, port, seconds, local_address, socket_options)
        return Stream(stream, self._deadline)


class Stream(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: NetworkDeadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What comes next."""
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        """End the connection."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The same connection, encrypted; the certificate is that of the host's name, not of its address."""
        seconds = self._deadline.left(timeout)
        inner = self._inner.start_tls(ssl_context, server_hostname, seconds)
        return Stream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What the connection knows of itself."""
        return self._inner.get_extra_info(info)


class Transport(httpx.BaseTransport):
    """Sends requests of httpx over such connections."""

    def __init__(self, deadline: NetworkDeadline, allow_private: bool) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            network_backend=Network(deadline, allow_private),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request; its body is read later, within the same deadline."""
        url = request.url
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        sent = httpcore.Request(
            method=request.method,
            url=target,
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx():
            answer = self._pool.handle_request(sent)
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """End all connections."""
        self._pool.close()


class Body(httpx.SyncByteStream):
    """The body of an answer, in the blocks in which it comes."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        """Give the connection back."""
        self._answer.close()


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Faults of connections as httpx's own."""
    faults = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)
    try:
        yield
    except faults as error:
        raise httpx.TransportError(f"{type(error).__name__}: {error}") from None
