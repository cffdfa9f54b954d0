"""The traps of the simulation: each one shows when it is on, and is absent when it is off."""

import gzip
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from studium.progress import Silent
from studium.simulate import TRAPS, Plan, simulate
from tests.simulate.simulation_reader import Event, Reading, read_logs

Sign = Callable[[Reading, bytes], bool]


def any_event(holds: Callable[[Event], bool]) -> Sign:
    return lambda reading, _: any(holds(event) for event in reading.events)


def is_displaced(reading: Reading, _: bytes) -> bool:
    return any(
        later.time < earlier.time for file in reading.files for earlier, later in pairwise(file)
    )


def is_late(reading: Reading, _: bytes) -> bool:
    ends = [sorted(event.time for event in file)[len(file) // 2] for file in reading.files]
    return any(event.time < ends[0] for file in reading.files[1:] for event in file)


def has_prefix(_: Reading, raw: bytes) -> bool:
    return any(line[:1] not in (b"{", b"") for line in raw.split(b"\n"))


SIGNS: dict[str, Sign] = {
    "anonymous": any_event(lambda event: "/about" in event.logged_type and event.user_id is None),
    "broken": lambda reading, _: reading.quarantined > 0 and reading.blank_lines > 0,
    "clock_skew": any_event(lambda event: event.record["time"].endswith(("Z", "+05:30"))),
    "duplicates": lambda reading, _: reading.duplicates > 0,
    "extra_fields": any_event(lambda event: "minion_id" in event.record),
    "key_styles": any_event(lambda event: not event.course_text.startswith(("course-v1:M", "c"))),
    "late": is_late,
    "mobile": any_event(lambda event: event.source == "mobile"),
    "out_of_order": is_displaced,
    "prefixes": has_prefix,
    "string_payloads": any_event(
        lambda event: event.source == "browser" and isinstance(event.record["event"], dict)
    ),
    "unicode": lambda _, raw: "学习".encode() in raw and b"\\u5b66" in raw,
    "unknown_durations": any_event(
        lambda event: (
            event.source == "browser"
            and event.event_type == "play_video"
            and not event.payload.get("duration")
        )
    ),
}


LOOKS_LIKE = {"broken": "prefixes", "late": "out_of_order"}
"""Broken lines begin with something else too; a late event is earlier than its neighbours."""


def simulated(folder: Path, traps: frozenset[str]) -> tuple[Reading, bytes]:
    plan = Plan(events=8_000, files=3, seed=3, learners=60, days=14, traps=traps, truth=False)
    simulate(plan, folder / "out", Silent())
    raw = (gzip.decompress(path.read_bytes()) for path in (folder / "out" / "logs").iterdir())
    return read_logs(folder / "out"), b"".join(raw)


def is_clean_course(event: Event) -> bool:
    return event.course_text == "" or event.course is not None


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_alone_shows_and_the_others_do_not(trap: str, tmp_path: Path) -> None:
    reading, raw = simulated(tmp_path, frozenset({trap}))
    shown = {name for name, sign in SIGNS.items() if name != "key_styles" and sign(reading, raw)}
    if trap == "key_styles":
        assert any(not is_clean_course(event) for event in reading.events)
        assert any("/" in (event.course or "") for event in reading.events)
    else:
        assert trap in shown
        assert all(is_clean_course(event) for event in reading.events)
    assert shown - {trap, LOOKS_LIKE.get(trap)} == set()


def test_without_traps_the_data_are_clean(tmp_path: Path) -> None:
    reading, raw = simulated(tmp_path, frozenset())
    assert reading.lines == len(reading.events) == 8_000
    assert raw.count(b"\n") == 8_000
    assert raw.isascii()
    assert {(event.course or "course-v1").partition(":")[0] for event in reading.events} == {
        "course-v1"
    }
