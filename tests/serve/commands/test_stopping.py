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
from studium.serve.stopping import GRACE_SECONDS
from tests.reliability.processes import surroundings
from tests.serve.conftest import Campus, make_workspace, open_campus, publish_marts

MANY = (
    "insert into marts.event_types_daily select '{course}', date '2024-03-01', 'type' || range,"
    " 'browser', 0, 0 from range(500_000)"
)
FILE = "/api/v1/datasets/event_types_daily/rows?format=csv"
# Says when a signal was heard: nobody has to guess how long that takes beside other work.
PROGRAM = """
import os

from studium.cli import start
from studium.serve import running, stopping

running.GRACE_SECONDS = {grace}
for kind in (stopping._Server, stopping._Supervisor):
    def end(self, *given, end=kind._end):
        end(self, *given)
        os.write(1, b"heard\\n")  # a handler may come in the middle of a print
    kind._end = end
{more}
start()
"""
# An application that no cancellation ends, as a call into a library may be.
STUBBORN = """
import asyncio

async def application(scope, receive, send):
    print("asked", flush=True)
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass

running.application = lambda: application
"""
LONG = 50  # seconds of grace that no test waits for, and no loaded machine takes to end a process


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
    campus: Campus, grace: int, workers: int = 1, more: str = ""
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`studium serve` as a shell starts it, and its port."""
    program = [sys.executable, "-c", PROGRAM.format(grace=grace, more=more)]
    given = ["--workspace", campus.workspace.root, "serve", "--port", 0, "--workers", workers]
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
    _, error = process.communicate(timeout=120)
    return error, time.monotonic() - began


def wait_for(process: subprocess.Popen[str], word: str) -> None:
    """Until it says the word."""
    assert process.stdout is not None
    assert process.stdout.readline() == f"{word}\n"


@pytest.mark.parametrize(
    ("workers", "sent", "code"), [(1, signal.SIGTERM, 143), (2, signal.SIGINT, 130)]
)
def test_a_slow_client_does_not_hold_the_server(
    large: Campus, workers: int, sent: signal.Signals, code: int
) -> None:
    token = large.tokens[Role.ADMINISTRATOR]
    with (
        serving(large, 3, workers) as (process, port),
        slow_client(port, FILE, token) as client,
    ):
        assert client.recv(12) == b"HTTP/1.1 200"
        error, seconds = stop(process, sent)
    assert process.returncode == code
    (line,) = error.strip().splitlines()
    assert line.startswith("Stopped.")
    assert seconds > 2.5, "requests under way have their seconds"


def test_the_server_ends_before_it_is_killed() -> None:
    assert 5 < GRACE_SECONDS < 9, "what manages containers kills after 10"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_signal_does_not_wait(large: Campus, workers: int) -> None:
    token = large.tokens[Role.ADMINISTRATOR]
    with (
        serving(large, LONG, workers) as (process, port),
        slow_client(port, FILE, token) as client,
    ):
        client.recv(12)
        process.send_signal(signal.SIGINT)
        wait_for(process, "heard")
        time.sleep(1.1)  # one that comes within a second is the same
        error, seconds = stop(process, signal.SIGINT)
    assert (process.returncode, len(error.strip().splitlines())) == (130, 1)
    assert seconds < LONG - 2


def test_what_cannot_be_cut_off_does_not_hold_the_server(large: Campus) -> None:
    with serving(large, 1, more=STUBBORN) as (process, port), slow_client(port, "/"):
        wait_for(process, "asked")
        error, _ = stop(process, signal.SIGTERM)
    assert process.returncode == 143
    assert len(error.strip().splitlines()) == 1, error
