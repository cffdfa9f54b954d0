"""How one line becomes one event: prefixes, payloads, times, keys, names; and which lines are none."""

import gzip
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studium.config import Settings, Workspace
from studium.lake import LandReport, land, quarantined, status, unknown_fields
from studium.lake.formats.courses.tracking_log.lines import MEMORY_PER_BYTE, LineReader, whole_lines
from studium.lake.formats.courses.tracking_log.repair import CutLine
from studium.sources import find_files
from tests.lake.conftest import event, landed, rows

Land = Callable[..., LandReport]
LEGACY, OPAQUE = "MITx/1.00x/2T2099", "course-v1:MITx+1.00x+2T2099"


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2013-12-17T15:38:32+00:00", "2013-12-17 15:38:32"),
        ("2013-12-17T15:38:32.123456Z", "2013-12-17 15:38:32.123456"),
        ("2013-12-17T15:38:32", "2013-12-17 15:38:32"),
        ("2013-12-18T02:08:32.5+05:30", "2013-12-17 20:38:32.5"),
        ("2013-12-17T23:38:32-05:00", "2013-12-18 04:38:32"),
    ],
)
def test_times_become_utc(
    workspace: Workspace, land_paths: Land, tmp_path: Path, time: str, expected: str
) -> None:
    line = event(time=time)
    columns = "cast(event_time as varchar), cast(event_date as varchar)"
    assert landed(workspace, land_paths, tmp_path, [line], columns) == (expected, expected[:10])


@pytest.mark.parametrize(
    ("fields", "course_id", "source", "is_valid"),
    [
        ({"context": {"course_id": LEGACY}}, LEGACY, "context", True),
        ({"context": {"course_id": OPAQUE + "\n"}}, OPAQUE, "context", True),
        ({"context": {"course_id": "ccx-v1:A+B+C+ccx@1"}}, "ccx-v1:A+B+C+ccx@1", "context", True),
        ({"context": {"course_id": "org:course:run"}}, "org:course:run", "context", False),
        ({"context": {}, "course_id": LEGACY}, LEGACY, "field", True),
        ({"context": {}, "page": f"https://x.org/courses/{OPAQUE}/info?a=1"}, OPAQUE, "url", True),
        (
            {"context": {}, "page": "https://x.org/courses/course-v1%3AA%2BB%2BC/x"},
            "course-v1:A+B+C",
            "url",
            True,
        ),
        (
            {"context": {}, "event_source": "server", "event_type": f"/courses/{LEGACY}/info"},
            LEGACY,
            "url",
            True,
        ),
        (
            {
                "context": {},
                "event_source": "server",
                "event_type": "/xblock/block-v1:A+B+C+type@vertical+block@v/handler",
            },
            "course-v1:A+B+C",
            "url",
            True,
        ),
        (
            {"context": {}, "event_source": "server", "event_type": "/courses/v1/a/b"},
            None,
            None,
            None,
        ),
        ({"context": {"course_id": ""}}, None, None, None),
    ],
)
def test_courses_are_found(
    workspace: Workspace,
    land_paths: Land,
    tmp_path: Path,
    fields: dict[str, Any],
    course_id: str | None,
    source: str | None,
    is_valid: bool | None,
) -> None:
    columns = "course_id, course_id_source, is_course_id_valid"
    found = landed(workspace, land_paths, tmp_path, [event(**fields)], columns)
    assert found == (course_id, source, is_valid)


def test_a_prefix_before_the_json_is_passed_over(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    lines = [b"May 23 13:53:13 host [service][INFO] x.py:41 - " + event() + b"  \r"]
    assert landed(workspace, land_paths, tmp_path, lines, "username, user_id") == ("amy", 7)


@pytest.mark.parametrize(
    ("username", "expected"), [("   ", None), ("bub\n", "bub"), ("", None), (None, None)]
)
def test_user_names_are_stripped(
    workspace: Workspace,
    land_paths: Land,
    tmp_path: Path,
    username: str | None,
    expected: str | None,
) -> None:
    assert landed(workspace, land_paths, tmp_path, [event(username=username)], "username") == (
        expected,
    )


@pytest.mark.parametrize(
    ("user_id", "expected"), [(7, 7), ("7", 7), ("", None), (None, None), ("7.5", None)]
)
def test_user_ids_are_exact_integers(
    workspace: Workspace, land_paths: Land, tmp_path: Path, user_id: Any, expected: int | None
) -> None:
    line = event(context={"user_id": user_id})
    assert landed(workspace, land_paths, tmp_path, [line], "user_id") == (expected,)


def test_unknown_fields_are_kept_and_counted(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    lines = [b"May 23 host app: " + event(nonce=1), event(), event(label={"a": [1, None]})]
    found = landed(workspace, land_paths, tmp_path, lines, "source_line, extra")
    assert sorted(found) == [(1, '{"nonce":1}'), (2, None), (3, '{"label":{"a":[1,null]}}')]
    assert unknown_fields(workspace) == [("label", 1), ("nonce", 1)]


def test_an_unknown_field_that_is_there_twice_counts_its_line_once(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    twice = event(session="twice").replace(b"{", b'{"nonce":1,"nonce":2,', 1)
    landed(workspace, land_paths, tmp_path, [twice, event(nonce=3)], "extra")
    assert unknown_fields(workspace) == [("nonce", 2)]


def test_times_reach_from_1990_to_the_last_microsecond_of_2199(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    taken = ["1990-01-01T00:00:00Z", "2199-12-31T00:00:01Z", "2199-12-31T23:59:59.999999+00:00"]
    refused = ["1989-12-31T23:59:59Z", "2199-12-31T23:59:59.999999-00:30", "2200-01-01T00:00:00Z"]
    lines = [event(time=time) for time in taken + refused]
    found = landed(workspace, land_paths, tmp_path, lines, "cast(event_time as varchar)")
    assert found == [
        ("1990-01-01 00:00:00",),
        ("2199-12-31 00:00:01",),
        ("2199-12-31 23:59:59.999999",),
    ]
    assert [reject.reason for reject in quarantined(workspace)] == ["implausible_time"] * 3


def test_an_offset_that_no_place_ever_had_is_no_time(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    taken = {"+15:59": 18, "+14:00": 20, "+00:00": 10, "-1200": 22}
    refused = ["+16:00", "+25:00", "-2400", "+05:75", "+05:60"]
    lines = [event(time=f"2024-03-01T10:00:00{offset}") for offset in [*taken, *refused]]
    found = landed(workspace, land_paths, tmp_path, lines, "source_line, hour(event_time)")
    assert sorted(found) == list(enumerate(taken.values(), start=1))
    assert [reject.reason for reject in quarantined(workspace)] == ["bad_time"] * len(refused)


def test_lines_that_are_no_event_have_a_reason(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    bad = {
        b'{"username":"x': "truncated",
        b"# a comment": "not_json",
        b"[1]": "not_json",
        b"{}": "no_time",
        event(time="yesterday"): "bad_time",
        event(time="infinity"): "implausible_time",
        b'{"context": "course_id": 1}': "not_json",
    }
    landed(workspace, land_paths, tmp_path, [event(), *bad, b"", b"  "], "username")
    rejects = {reject.raw: reject.reason for reject in quarantined(workspace)}
    assert rejects == bad
    assert {reject.line for reject in quarantined(workspace)} == set(range(2, 9))
    figures = status(workspace)
    assert (figures.lines, figures.events, figures.quarantined) == (8, 1, 7)


def test_hostile_lines_never_cost_a_neighbour(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    start = b'{"event_type":"x","time":"2099-03-10T10:00:00Z","event":'
    hostile = [
        start + b'"' + b"a" * 50_000_000 + b'"}',
        start + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}",
        start + b"[" * 10_000 + b"1" + b"]" * 10_000 + b"}",
        start + b'"a\x00b"}',
        start + b'"a\\u0000b"}',
        start + b'"\\ud800"}',
        start + b"NaN}",
        start + b"1e400}",
        start + b'"\xff\xfe"}',
        b"\xff\xfe\x00garbage\x00",
    ]
    neighbours = [event(session=str(number)) for number in range(len(hostile) + 1)]
    lines = [b"\xef\xbb\xbf" + neighbours[0]]
    for line, neighbour in zip(hostile, neighbours[1:], strict=True):
        lines += [line, neighbour + b"\r"]
    landed(workspace, land_paths, tmp_path, lines, "username")
    found = rows(workspace, "session_id, 1")
    assert [row for row in found if row[0] is not None] == sorted(
        (str(number), 1) for number in range(len(neighbours))
    )
    figures = status(workspace)
    assert (figures.lines, figures.events, figures.quarantined) == (21, 20, 1)


@pytest.mark.parametrize("blank_lines", [0, 700_000])
def test_a_pretty_printed_object_is_one_event(
    workspace: Workspace, land_paths: Land, tmp_path: Path, blank_lines: int
) -> None:
    path = tmp_path / "event.json"
    path.write_text(
        "\n" * blank_lines
        + '{\n "event_type": "x",\n "time": "2099-03-10T10:00:00Z",\n "username": "amy"\n}\n{\n "time": "x"\n}\n'
    )
    land_paths(path)
    assert rows(workspace, "username, source_line") == [("amy", blank_lines + 1)]
    rejects = [(reject.line, reject.reason) for reject in quarantined(workspace)]
    assert rejects == [(blank_lines + 6, "bad_time")]


def test_lines_that_are_too_long_are_refused_and_cost_no_neighbour(tmp_path: Path) -> None:
    """Within 256 MB a text of 2.5 MB can be read, and neither a longer line nor a list of a million values."""
    limits = Settings().landing
    workspace = Workspace(tmp_path / "w", Settings(landing=type(limits)(memory_limit_mb=256)))
    path = tmp_path / "long.log.gz"
    long = [
        event(session="a", note="x" * 2_500_000),
        event(session="b", note="x" * 70_000_000),
        event(session="c", event=[0] * 1_000_000),
        *(event(session=f"d{number}", event=[0] * 20_000) for number in range(40)),
    ]
    lines = [
        line
        for pair in zip(long, (event(session=str(n)) for n in range(99)), strict=False)
        for line in pair
    ]
    path.write_bytes(gzip.compress(b"\n".join(lines), 1))
    report = land(workspace, find_files(workspace, [path]))
    assert report.failed == []
    found = {row[0] for row in rows(workspace, "session_id")}
    assert found == {"a", *(f"d{n}" for n in range(40)), *(str(n) for n in range(len(long)))}
    rejects = quarantined(workspace)
    assert [(reject.reason, reject.line) for reject in rejects] == [
        ("too_long", 3),
        ("too_long", 5),
    ]
    assert [reject.raw for reject in rejects] == [line[: 2**20] for line in long[1:3]]


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(st.binary(max_size=60).filter(lambda line: b"\n" not in line), max_size=12),
    cuts=st.lists(st.integers(0, 700), max_size=8),
    ends_with_newline=st.booleans(),
)
def test_lines_are_numbered_the_same_however_the_bytes_come(
    lines: list[bytes], cuts: list[int], ends_with_newline: bool
) -> None:
    """Every line is taken, put aside or cut once, whichever way a file is read in blocks."""
    text = b"\n".join(lines) + b"\n" * ends_with_newline
    bounds = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    blocks = [text[start:end] for start, end in pairwise(bounds)]
    reader = LineReader(whole_lines(iter(blocks), 40 * MEMORY_PER_BYTE), 10**9)
    good = [row for batch in reader.batches(10**6) for row in batch.to_pylist() if row["line"]]
    taken = reader.odd + [(row["line_no"], row["line"].rstrip("\n").encode()) for row in good]
    found = {number: line for number, line in taken if line.strip(b"\0")}
    assert len(found) == len([line for _, line in taken if line.strip(b"\0")])
    expected = {number: line.lstrip(b"\0") for number, line in enumerate(lines, 1)}
    assert found.keys() == {number for number, line in expected.items() if line.removesuffix(b"\r")}
    for number, line in found.items():
        if isinstance(line, CutLine):
            assert len(expected[number]) > 40
            assert expected[number].startswith(line)
        else:
            assert line.lstrip(b"\0") == expected[number].removesuffix(
                b"\r"
            )  # part of the line end


@pytest.mark.parametrize("break_line", [b"", b"\x01", b"\n"], ids=["fast", "repaired", "pretty"])
def test_of_a_key_that_is_there_twice_the_first_counts(
    workspace: Workspace, land_paths: Land, tmp_path: Path, break_line: bytes
) -> None:
    """On each of the three ways that a line can take."""
    note = b'"note":"\x01",' if break_line == b"\x01" else b""
    start = b"{\n" if break_line == b"\n" else b"{"
    payload = b'{"id":"first","code":"c","id":"last"}'
    line = (
        start + note + b'"event_type":"play_video","time":"2099-03-10T10:00:00Z",'
        b'"username":"first","event":' + payload + b',"username":"last"}'
    )
    found = landed(workspace, land_paths, tmp_path, [line], "username, video_id, video_code")
    assert found == ("first", "first", "c")
