"""A source can neither reach what is private, nor take more time, room or requests than it may."""

import socket
import time
from collections.abc import Iterator

import pytest

from studium.errors import StudiumError
from studium.sources.http import Client, FetchLimits
from studium.sources.http.addresses import is_public
from studium.sources.http.waits import seconds_to_wait
from tests.sources.servers import Api, Handler, answers, drip, flood, running

OWN = FetchLimits(1000.0, 1, 60, 1_000_000, allow_private=True)
FOREIGN = FetchLimits(1000.0, 1, 5, 1_000_000, allow_private=False)


@pytest.fixture
def api() -> Iterator[Api]:
    with running(Api({"courses": []})) as api:
        yield api


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "0x7f.1", "2130706433", "localhost", "[::1]", "[::ffff:127.0.0.1]"),
        *("169.254.169.254", "10.0.0.1", "192.168.1.1", "0.0.0.0", "[64:ff9b::7f00:1]"),
        *("[2002:7f00:1::]", "[fe80::1]", "224.0.0.1"),
    ],
)
def test_private_addresses_are_refused_in_every_spelling(host: str, api: Api) -> None:
    with Client(FOREIGN, None) as client, pytest.raises(StudiumError, match="no public address"):
        client.get(f"http://{host}:{api.port}/api/v1/courses/?limit=2")
    assert not api.asked


def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that means a public address at first, and a private one later, is looked at once."""
    asked = []

    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(2, 1, 6, "", ("8.8.8.8", port)), (2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with Client(FOREIGN, None) as client, pytest.raises(StudiumError, match=r"at 127\.0\.0\.1"):
        client.get("http://rebinding.example/")
    assert asked == ["rebinding.example"]


def test_a_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch, api: Api) -> None:
    """What was checked is what is connected to: who answers for a name may change the answer in between."""
    turns = iter(["127.0.0.1", "127.0.0.2"])
    asked: list[str] = []

    def resolve(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        if host.endswith(".example"):
            asked.append(host)
            host = next(turns)
        return [(2, 1, 6, "", (host, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    api.faults["/once"] += [lambda handler: handler.say(200, 1)]
    with Client(OWN, None) as client:
        assert client.get(f"http://rebinding.example:{api.port}/once") == b"1"
    assert asked == ["rebinding.example"]


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "64:ff9b:1::7f00:1",
        "::7f00:1",
        "::ffff:0:7f00:1",
        "fec0::1",
        "192.0.0.192",
        "::1",
        "10.0.0.1",
    ],
)
def test_addresses_that_nobody_is_given_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "target",
    [
        "http://localhost:{port}/x",
        "https://127.0.0.1:{port}/x",
        "file:///etc/passwd",
        "gopher://x/",
    ],
)
def test_redirects_to_another_server_are_refused(target: str, api: Api) -> None:
    place = target.format(port=api.port)
    api.faults["/a"] += [answers(302, Location=place)]

    with Client(OWN, None) as client, pytest.raises(StudiumError, match="another one"):
        client.get(f"http://127.0.0.1:{api.port}/a")
    assert list(api.asked) == ["/a"]


def test_redirects_on_the_same_server_are_followed_but_not_in_circles(api: Api) -> None:
    api.faults["/a"] += [answers(301, Location="/b")]
    api.faults["/b"] += [lambda handler: handler.say(200, "here")]
    with Client(OWN, None) as client:
        assert client.get(f"http://127.0.0.1:{api.port}/a") == b'"here"'

        api.faults["/c"] += [answers(302, Location="/c")] * 20
        with pytest.raises(StudiumError, match="in a circle"):
            client.get(f"http://127.0.0.1:{api.port}/c")


@pytest.mark.parametrize(
    "scheme", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/"]
)
def test_other_schemes_are_refused(scheme: str) -> None:
    with Client(OWN, None) as client, pytest.raises(StudiumError, match="neither http"):
        client.get(scheme)


def test_a_slow_head_ends_at_the_deadline(api: Api) -> None:
    api.faults["/slow"] += [drip]
    limits = FetchLimits(1000.0, 1, 1, 1_000_000, allow_private=True)

    began = time.monotonic()
    with Client(limits, None) as client, pytest.raises(StudiumError, match="no answer"):
        client.get(f"http://127.0.0.1:{api.port}/slow")
    assert time.monotonic() - began < 5


def test_a_server_that_says_nothing_is_left_at_the_deadline(api: Api) -> None:
    """One step may take far longer than a whole request."""
    api.faults["/silent"] += [lambda handler: time.sleep(12)]
    limits = FetchLimits(1000.0, 1, 1, 1_000_000, allow_private=True)

    began = time.monotonic()
    with Client(limits, None) as client, pytest.raises(StudiumError, match="no answer"):
        client.get(f"http://127.0.0.1:{api.port}/silent")
    assert time.monotonic() - began < 10


def test_an_endless_body_ends_at_its_limit(api: Api) -> None:
    api.faults["/flood"] += [flood]

    with (
        Client(OWN, None) as client,
        pytest.raises(StudiumError, match="more than 1,000,000 bytes"),
    ):
        client.get(f"http://127.0.0.1:{api.port}/flood")


def test_the_limit_of_an_answer_is_met_to_the_byte(api: Api) -> None:
    exact = '"' + "a" * 998 + '"'
    api.faults["/exact"] += [lambda handler: handler.say(200, exact[1:-1])]
    api.faults["/more"] += [lambda handler: handler.say(200, exact[1:-1] + "a")]
    limits = FetchLimits(1000.0, 1, 60, 1000, allow_private=True)
    with Client(limits, None) as client:
        assert client.get(f"http://127.0.0.1:{api.port}/exact") == exact.encode()
        with pytest.raises(StudiumError, match="more than 1,000 bytes"):
            client.get(f"http://127.0.0.1:{api.port}/more")


def test_a_giant_head_is_refused(api: Api) -> None:
    def head(handler: Handler) -> None:
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Big: " + b"a" * 5_000_000 + b"\r\n\r\n")

    api.faults["/head"] += [head]
    with Client(OWN, None) as client, pytest.raises(StudiumError, match="no answer"):
        client.get(f"http://127.0.0.1:{api.port}/head")


def test_requests_keep_their_rate(api: Api) -> None:
    waited: list[float] = []
    limits = FetchLimits(2.0, 1, 60, 1_000_000, allow_private=True)
    api.faults["/a"] += [lambda handler: handler.say(200, 1)] * 4
    with Client(limits, None, waited.append) as client:
        for _ in range(4):
            client.get(f"http://127.0.0.1:{api.port}/a")

    assert sum(waited) == pytest.approx(0.5 + 1.0 + 1.5, abs=0.5)


def test_waits_grow_and_a_server_may_ask_for_its_own(api: Api) -> None:
    waited: list[float] = []
    limits = FetchLimits(1e6, 5, 60, 1_000_000, allow_private=True)
    api.faults["/a"] += [answers(500), answers(503, Retry_After="7"), answers(429), answers(500)]
    api.faults["/a"] += [lambda handler: handler.say(200, 1)]
    with Client(limits, None, waited.append) as client:
        client.get(f"http://127.0.0.1:{api.port}/a")

    assert [seconds for seconds in waited if seconds > 0.1] == [1.0, 7.0, 4.0, 8.0]


def test_a_server_that_asks_for_a_day_is_left_alone(api: Api) -> None:
    waited: list[float] = []
    limits = FetchLimits(1e6, 5, 60, 1_000_000, allow_private=True)
    api.faults["/a"] += [answers(429, Retry_After="86400")]
    with Client(limits, None, waited.append) as client, pytest.raises(StudiumError, match="86,400"):
        client.get(f"http://127.0.0.1:{api.port}/a")


@pytest.mark.parametrize(("asked", "seconds"), [("", 1.0), ("soon", 1.0), ("0", 0.0), ("-5", 1.0)])
def test_odd_wishes_do_no_harm(asked: str, seconds: float) -> None:
    assert seconds_to_wait(asked, 1) == seconds
