"""Requests that make no sense: reversed and absurd dates, huge pages and filters, no release; each says what to do."""

import time

import httpx
import pytest

from studium.config import Workspace
from studium.serve.rights import Role
from tests.serve.conftest import ONE, Campus, open_campus

_DAYS = f"/api/v1/courses/{ONE}/enrollment"


@pytest.mark.parametrize(
    "asked",
    [
        {"start": "2024-03-02", "end": "2024-03-01"},
        {"start": "2024-03-01", "end": "2024-03-01"},
        {"start": "0000-01-01"},
        {"end": "10000-01-01"},
        {"start": "2024-02-30"},
        {"start": "yesterday"},
        {"start": "-2024-01-01"},
        {"start": "9" * 300},
    ],
)
def test_days_that_cannot_be_are_refused_in_words(campus: Campus, asked: dict[str, str]) -> None:
    answer = campus.client(Role.ADMINISTRATOR).get(_DAYS, params=asked)
    assert answer.status_code == 422
    assert answer.json()["fix"]


@pytest.mark.parametrize("asked", [{"start": "9999-12-31"}, {"end": "0001-01-01"}])
def test_days_without_anything_are_an_empty_list(campus: Campus, asked: dict[str, str]) -> None:
    answer = campus.client(Role.ADMINISTRATOR).get(_DAYS, params=asked)
    assert (answer.status_code, answer.json()["items"]) == (200, [])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=1000000000", 422),
        ("limit=0", 422),
        ("limit=-1", 422),
        ("limit=1e9", 422),
        ("cursor=" + "a" * 500, 422),
        ("cursor=eyJzY29wZSI6IngiLCJmaXJzdCI6OTk5OTk5OTk5OTl9", 400),
        ("cursor=%00", 400),
        ("search=" + "x" * 5_000, 422),
        ("&".join(f"segment=s{number}" for number in range(4_000)), 414),
        ("&".join("segment=x" for _ in range(300)), 400),
        ("x=" + "a" * 60_000, 414),
    ],
)
def test_huge_pages_and_filters_are_refused_at_once(
    campus: Campus, query: str, status: int
) -> None:
    client = campus.client(Role.ADMINISTRATOR)
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        answer = client.get(f"/api/v1/courses/{ONE}/learners?{query}")
        taken.append(time.perf_counter() - began)
        assert answer.status_code == status, answer.text[:300]
        assert answer.json()["fix"]
    assert min(taken) < 0.1


def test_without_a_release_pages_say_what_to_do(workspace: Workspace) -> None:
    client = open_campus(workspace).client(Role.ADMINISTRATOR)
    for path in ("/", "/compare", "/datasets", "/operations/releases", f"/courses/{ONE}"):
        answer = client.get(path, headers={"accept": "text/html"}, follow_redirects=False)
        assert answer.status_code == 503
        assert "studium run" in answer.text
        assert str(workspace.root) not in answer.text
    assert client.get("/account", headers={"accept": "text/html"}).status_code in {200, 503}


def test_the_socket_does_not_wait_for_full_packets() -> None:
    """Else each small answer comes 40 ms late: asyncio turns that off only for sockets that say TCP."""
    import socket

    from studium.serve.running import _listen

    with _listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def test_an_address_without_measure_does_not_reach_the_application(workspace: Workspace) -> None:
    import subprocess
    import sys
    from pathlib import Path

    command = [str(Path(sys.executable).parent / "studium"), "--workspace", str(workspace.root)]
    with subprocess.Popen(
        [*command, "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            address = process.stdout.readline().split()[-1] if process.stdout else ""
            httpx.get(f"{address}/api/v1/health", timeout=60)
            try:
                status = httpx.get(f"{address}/?x={'a' * 60_000}", timeout=10).status_code
            except httpx.TransportError:
                status = 400  # it hung up
            assert status in {400, 414, 431}
        finally:
            process.terminate()
