"""A real server is stopped while somebody reads slowly: it ends in time, in one line, with the shell's code."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pytest

from studium.serve.rights import Role
from tests.reliability.processes import surroundings
from tests.serve.conftest import Campus, make_workspace, open_campus, publish_marts

MANY = (
    "insert into marts.event_types_daily select '{course}', date '2024-03-01', 'type' || range,"
    " 'browser', 0, 0 from range(2_000_000)"
)
FILE = "/api/v1/datasets/event_types_daily/rows?format=csv"
# An application that no cancellation ends, as a call into a library may be.
STUBBORN = """
import asyncio
from studium.cli import start
from studium.serve import running

async def application(scope, receive, send):
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass

running.application = lambda: application
running.GRACE_SECONDS = 1
start()
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """A campus with a dataset that no buffer between server and client holds."""
    workspace = make_workspace(tmp_path_factory.mktemp("stopping") / "campus")
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute(MANY.format(course="course-v1:Uni+One+2024"))
    publish_marts(workspace)
    return open_campus(workspace)


@contextmanager
def serving(
    campus: Campus, *options: object, code: str = "from studium.cli import start; start()"
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`studium serve` as a shell starts it, and its port."""
    program = [sys.executable, "-c", code]
    given = ["--workspace", campus.workspace.root, "serve", "--port", 0, *options]
    with subprocess.Popen(
        [*program, *map(str, given)],
        env=surroundings(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        yield process, int(process.stdout.readline().rsplit(":", 1)[1])


@contextmanager
def slow_client(port: int, path: str, token: str = "") -> Iterator[socket.socket]:
    """Somebody who asked, got the first bytes, and reads no further."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        client.sendall(head.encode())
        yield client


def stop(process: subprocess.Popen[str], sent: signal.Signals) -> tuple[str, float]:
    """What it wrote after the signal, and how long that took."""
    began = time.monotonic()
    process.send_signal(sent)
    _, error = process.communicate(timeout=60)
    return error, time.monotonic() - began


@pytest.mark.parametrize(
    ("workers", "sent", "code"), [(1, signal.SIGTERM, 143), (2, signal.SIGINT, 130)]
)
def test_a_slow_client_does_not_hold_the_server(
    large: Campus, workers: int, sent: signal.Signals, code: int
) -> None:
    token = large.tokens[Role.ADMINISTRATOR]
    with (
        serving(large, "--workers", workers) as (process, port),
        slow_client(port, FILE, token) as client,
    ):
        assert client.recv(12) == b"HTTP/1.1 200"
        error, seconds = stop(process, sent)
    assert process.returncode == code
    (line,) = error.strip().splitlines()
    assert line.startswith("Stopped.")
    assert 7 < seconds < 11, "requests have 8 s, the process ends within 10 s"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_signal_does_not_wait(large: Campus, workers: int) -> None:
    token = large.tokens[Role.ADMINISTRATOR]
    with (
        serving(large, "--workers", workers) as (process, port),
        slow_client(port, FILE, token) as client,
    ):
        client.recv(12)
        process.send_signal(signal.SIGINT)
        time.sleep(1.5)
        error, seconds = stop(process, signal.SIGINT)
    assert (process.returncode, len(error.strip().splitlines())) == (130, 1)
    assert seconds < 3


def test_what_cannot_be_cut_off_does_not_hold_the_server(large: Campus) -> None:
    with serving(large, code=STUBBORN) as (process, port), slow_client(port, "/"):
        time.sleep(0.5)
        error, seconds = stop(process, signal.SIGTERM)
    assert process.returncode == 143
    assert len(error.strip().splitlines()) == 1, error
    assert seconds < 12
