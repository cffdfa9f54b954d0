"""Events in the envelopes of collectors, databases and other writers are the events that they are; none is typeless."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from studium.lake.formats.courses.tracking_log.addresses import plain_addresses
from studium.lake.formats.courses.tracking_log.parser import parse
from studium.lake.tasks import Task, TaskOutcome

COURSE = "course-v1:Uni+A+R1"
AT = datetime(2024, 3, 4, 10)  # noqa: DTZ001  # the lake's times are UTC, without saying so
ISO = "2024-03-04T10:00:00+00:00"
PLAIN: dict[str, Any] = {
    "username": "amy",
    "event_type": "problem_check",
    "event_source": "server",
    "ip": "8.8.8.8",
    "host": "learn.example.org",
    "time": ISO,
    "event": {"problem_id": "block-v1:Uni+A+R1+type@problem+block@p", "attempts": 2},
    "context": {"course_id": COURSE, "user_id": 7},
}
RAW = {
    "name": "problem_check",
    "timestamp": ISO,
    "data": PLAIN["event"],
    "context": PLAIN["context"] | {name: PLAIN[name] for name in ("username", "ip", "host")},
}
TEXT = PLAIN | {"context": json.dumps(PLAIN["context"]), "event": json.dumps(PLAIN["event"])}
FORMS = {
    "plain": PLAIN,
    "raw": RAW,
    "text": TEXT,
    "seconds": PLAIN | {"time": 1709546400},
    "milliseconds": PLAIN | {"time": 1709546400000},
    "microseconds": PLAIN | {"time": 1709546400000000.0},
    "digits": PLAIN | {"time": "1709546400.000"},
    "date": PLAIN | {"_id": {"$oid": "65e5"}, "time": {"$date": "2024-03-04T10:00:00.000Z"}},
    "long": PLAIN | {"time": {"$date": {"$numberLong": "1709546400000"}}},
    "floats": PLAIN | {"context": PLAIN["context"] | {"user_id": 7.0}},
}
COLUMNS = (
    "event_time, event_type, event_source, username, user_id, ip, host, course_id, problem_id,"
    " problem_attempts, payload_kind"
)
EXPECTED = (
    *(AT, "problem_check", "server", "amy", 7, "8.8.8.8", "learn.example.org", COURSE),
    *("block-v1:Uni+A+R1+type@problem+block@p", 2, "object"),
)


class Read:
    """What became of lines: the outcome of their file, and rows of its Parquet."""

    def __init__(self, outcome: TaskOutcome, out: Path) -> None:
        self.outcome = outcome
        self._out = out

    def rows(self, columns: str) -> list[tuple[Any, ...]]:
        files = str(self._out / "events" / "*" / "*.parquet")
        query = f"select {columns} from read_parquet(?, hive_partitioning = false)"
        with duckdb.connect() as connection:
            order = " order by source_line, source_part"
            return connection.execute(query + order, [files]).fetchall()

    def rejects(self) -> list[tuple[Any, ...]]:
        table = pq.read_table(self._out / "rejects.parquet", columns=["source_line", "reason"])
        return [tuple(row.values()) for row in table.to_pylist()]


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Parse the bytes of a log."""

    def run(text: bytes) -> Read:
        path, out = tmp_path / "log", tmp_path / "out"
        path.write_bytes(text)
        out.mkdir()
        outcome = parse(Task("a" * 64, path, out, 1000, 60, False, "tracking_log"), out, print)
        assert outcome.lines == outcome.rows + outcome.quarantined, "every line is accounted for"
        return Read(outcome, out)

    return run


def wrapped(text: str) -> list[Any]:
    """What collectors make of a line, and collectors of collectors."""
    docker = {"log": text + "\n", "stream": "stderr", "time": "2024-03-04T10:00:01.5Z"}
    vector = {"message": text, "source_type": "docker_logs", "timestamp": "2024-03-04T10:00:01Z"}
    return [
        docker,
        {"date": 1709546401.25, "log": f"2024-03-04 INFO [tracking] logger.py - {text}"},
        vector,
        {"message": json.dumps(docker), "host": "collector"},
        {"_airbyte_ab_id": "1", "_airbyte_emitted_at": 1, "_airbyte_data": text},
        {"_airbyte_raw_id": "1", "_airbyte_data": json.loads(text)},
        {
            "messageType": "DATA_MESSAGE",
            "logEvents": [{"id": "3", "timestamp": 1, "message": text}],
        },
        {"time": 1709546401, "source": "lms", "event": json.loads(text)},
    ]


@pytest.mark.parametrize("form", FORMS)
def test_a_form_in_any_envelope_is_the_event(read: Any, form: str) -> None:
    text = json.dumps(FORMS[form])
    lines = [text, *(json.dumps(envelope) for envelope in wrapped(text))]
    found = read("\n".join(lines).encode())
    assert found.rows(COLUMNS) == [EXPECTED] * len(lines)
    assert found.outcome.rejects == []


def test_a_copy_in_an_envelope_is_the_same_event(read: Any) -> None:
    text = json.dumps(PLAIN)
    found = read("\n".join([text, json.dumps(wrapped(text)[0])]).encode())
    assert len({event_id for (event_id,) in found.rows("event_id")}) == 1


def test_ids_of_lines_that_were_always_read_stay(read: Any) -> None:
    """What they were before other envelopes were known."""
    lines = [
        json.dumps(PLAIN),
        json.dumps(TEXT),
        "May 23 host app: " + json.dumps(PLAIN, separators=(",", ":")),
        '{"event_type": "x", "time": "2024-03-04T10:00:00Z"}',
        '{"event_type": "x", "time": "2024-03-04T10:00:00Z", "context": {"a": 1}, "a": "\\u0000"}',
    ]
    assert [event_id for (event_id,) in read("\n".join(lines).encode()).rows("event_id")] == [
        "05987321b73d3e7354feb55978ff6cfc",
        "a53a22340f4dccf115663c7a2873a7e7",
        "a820651edf959258ae175c290150e956",
        "e3a7982568d76fabed4d6445e50bef55",
        "7c08b9bdb6d5599958109374b7209b16",
    ]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("{0}{0}\n{0}", [(1, 1), (1, 2), (2, 1)]),
        ("[{0}, {0},\n{0}]\n", [(1, 1), (1, 2), (2, 1)]),
        ("[\n{0},\n{0}\n]\n", [(2, 1), (3, 1)]),
        ("syslog: {0}\t{0}", [(1, 1), (1, 2)]),
        (json.dumps([PLAIN, PLAIN], indent=1), [(2, 1), (18, 1)]),
    ],
)
def test_each_of_several_objects_on_a_line_is_an_event(
    read: Any, text: str, places: list[tuple[int, int]]
) -> None:
    found = read(text.replace("{0}", json.dumps(PLAIN)).encode())
    assert found.rows("source_line, source_part") == places
    assert found.rows(COLUMNS) == [EXPECTED] * len(places)


def test_what_is_no_event_in_any_envelope_is_kept_apart(read: Any) -> None:
    lines = [
        {"log": "GET / 200\n", "stream": "stdout", "time": ISO},
        {"name": "anything", "time": ISO},
        PLAIN,
        {"event_type": " ", "time": ISO, "event": {}},
        {"username": "amy", "time": ISO, "level": "info"},
    ]
    found = read("\n".join(map(json.dumps, lines)).encode())
    assert found.rejects() == [(number, "no_type") for number in (1, 2, 4, 5)]
    assert found.rows("username") == [("amy",)]


@pytest.mark.parametrize("time", ["time", "timestamp"])
def test_a_line_that_says_who_and_when_alone_tells_that_somebody_was_there(
    read: Any, time: str
) -> None:
    lines = [{"username": "amy", time: ISO}, {time: ISO, "username": "bob"}, {time: ISO}]
    found = read("\n".join(map(json.dumps, lines)).encode())
    assert found.rows("username, event_type") == [("amy", None), ("bob", None)]
    assert found.rejects() == [(3, "no_type")]


USAGE = "block-v1:Uni+A+R1+type@html+block@h"
NOWHERE: dict[str, Any] = {"event_type": "x", "event_source": "server", "event": {}, "context": {}}
PLACES = [
    (NOWHERE | {"event_type": f"/api/course_home/progress/{COURSE}"}, "newer_url"),
    (NOWHERE | {"event_type": "/api/x?course_id=course-v1%3AUni%2BA%2BR1&a=1"}, "newer_url"),
    (NOWHERE | {"context": {"path": f"/courses/{COURSE}/xblock/{USAGE}/handler"}}, "path"),
    (NOWHERE | {"context": {"module": {"usage_key": USAGE}}}, "module"),
    (NOWHERE | {"event": {"course_id": COURSE}}, "payload"),
    (NOWHERE | {"event": {"block_id": USAGE}}, "payload"),
    (NOWHERE | {"context": {"course_id": COURSE, "path": "/courses/course-v1:B+B+B/"}}, "context"),
]


def test_a_course_is_found_where_the_platform_names_it(read: Any) -> None:
    lines = [json.dumps(event | {"time": ISO}) for event, _ in PLACES]
    found = read("\n".join(lines).encode())
    expected = [(COURSE, source) for _, source in PLACES]
    assert found.rows("course_id, course_id_source") == expected


def test_requests_to_studio_are_in_no_course(read: Any) -> None:
    requests = [
        NOWHERE | {"event_type": f"/course/{COURSE}"},
        NOWHERE | {"event_type": "/course/Uni.M1.R1/branch/draft/block/R1"},
        NOWHERE | {"event_type": f"/settings/details/{COURSE}"},
        NOWHERE | {"event_type": f"/container/{USAGE}"},
        NOWHERE | {"event_type": "edx.x", "context": {"path": f"/course_team/{COURSE}/amy"}},
    ]
    page = f"https://learn.example.org/learning/course/{COURSE}/home"
    seen = NOWHERE | {"event_type": "page_close", "event_source": "browser", "page": page}
    lines = [json.dumps(event | {"time": ISO}) for event in [*requests, seen]]
    found = read("\n".join(lines).encode())
    assert found.rows("course_id") == [(None,)] * len(requests) + [(COURSE,)]


@pytest.mark.parametrize("key", ["library-v1:Uni+Lib", f"{COURSE}+branch@draft-branch"])
def test_libraries_and_drafts_are_no_courses(read: Any, key: str) -> None:
    named = NOWHERE | {"time": ISO, "context": {"course_id": key}}
    within = NOWHERE | {"time": ISO, "event": {"course_id": key}}
    found = read("\n".join(map(json.dumps, [named, within])).encode())
    assert found.rows("course_id, course_id_source") == [(None, None)] * 2


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("8.8.8.8", "8.8.8.8"),
        ("8.8.8.8, 10.0.0.1", "8.8.8.8"),
        ("10.0.0.1,8.8.4.4", "8.8.4.4"),
        ("8.8.8.8:51234", "8.8.8.8"),
        ("[2001:4860:4860::8888]:443", "2001:4860:4860::8888"),
        ("2001:4860:4860::8888%eth0", "2001:4860:4860::8888"),
        ("10.0.0.1, 192.168.0.1", "10.0.0.1"),
        ("unknown, 8.8.8.8", "8.8.8.8"),
        ("a:b:c", "a:b:c"),
        (None, None),
    ],
)
def test_an_address_is_the_first_public_one(text: str | None, address: str | None) -> None:
    import pyarrow as pa

    assert plain_addresses(pa.array([text], pa.string())).to_pylist() == [address]
