"""The video truth of the simulation equals a naive computation from the log lines."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from studium.progress import Silent
from studium.simulate import Plan, simulate
from tests.simulate.simulation_reader import Event, Reading, read_logs, read_table

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Viewing:
    """Start, end and duration (0 when unknown) in seconds."""

    start: float
    end: float
    duration: float


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    plan = Plan(events=30_000, files=2, seed=11, learners=150, days=14)
    return simulate(plan, tmp_path_factory.mktemp("videos") / "out", Silent()).output


@pytest.fixture(scope="module")
def reading(output: Path) -> Reading:
    return read_logs(output)


def video_events(reading: Reading) -> dict[Key, list[Event]]:
    found: dict[Key, list[Event]] = defaultdict(list)
    for event in reading.events:
        if event.event_type not in ("play_video", "pause_video", "seek_video", "stop_video"):
            continue
        course = event.record["context"]["course_id"]
        if event.username and event.course == course:
            video = event.payload.get("id") or event.payload["module_id"]
            found[event.username, course, video].append(event)
    return found


def position_of(event: Event) -> float:
    payload = event.payload
    if event.event_type == "seek_video":
        return float(payload["old_time"])
    return float(payload.get("currentTime", payload.get("current_time")))


def viewings_of(events: list[Event]) -> list[Viewing]:
    viewings = []
    opened: Event | None = None
    closed: Event | None = None
    before: Event | None = None
    for event in events:
        if event.event_type == "play_video":
            opened, before = event, closed
            closed = None  # a seek is forgotten by the next play, whether that is closed or not
            continue
        if opened is None:
            continue
        start, end = position_of(opened), position_of(event)
        if before is not None and before.event_type == "seek_video":
            start = float(before.payload["new_time"])
        duration = float(opened.payload.get("duration") or 0)
        if not (duration and end > duration + 1) and end - start >= 0.25:
            viewings.append(Viewing(start, end, duration))
        opened, closed = None, event
    return viewings


def seconds_covered(viewings: list[Viewing]) -> float:
    """By a sweep over all borders."""
    borders = sorted({edge for each in viewings for edge in (each.start, each.end)})
    return sum(
        right - left
        for left, right in pairwise(borders)
        if any(each.start <= left and right <= each.end for each in viewings)
    )


def position_after(event: Event) -> float:
    is_seek = event.event_type == "seek_video"
    return float(event.payload["new_time"]) if is_seek else position_of(event)


def test_person_video(output: Path, reading: Reading) -> None:
    expected = {
        (username, course, f"{course}|{video}"): events
        for (username, course, video), events in video_events(reading).items()
    }
    found = {
        (row["username"], row["course_id"], row["pipeline_video_id"]): row
        for row in read_table(output, "person_video")
    }
    assert len(read_table(output, "person_video")) == len(found)
    assert found.keys() == expected.keys()
    for key, events in expected.items():
        row, viewings = found[key], viewings_of(events)
        assert int(row["plays"]) == sum(event.event_type == "play_video" for event in events)
        assert int(row["viewings"]) == len(viewings)
        watched = sum(viewing.end - viewing.start for viewing in viewings)
        assert float(row["watched_seconds"]) == pytest.approx(watched, abs=1e-5)
        assert float(row["unique_seconds"]) == pytest.approx(seconds_covered(viewings), abs=1e-5)
        assert float(row["last_position"]) == position_after(events[-1])
        assert row["first_watched_at"] == stamp(events[0])
        assert row["last_watched_at"] == stamp(events[-1])


def stamp(event: Event) -> str:
    return event.time.strftime("%Y-%m-%d %H:%M:%S.%f")


def test_video_and_timeline(output: Path, reading: Reading) -> None:
    by_video: dict[tuple[str, str], list[tuple[str, Viewing]]] = defaultdict(list)
    for (username, course, video), events in video_events(reading).items():
        by_video[course, video] += [(username, viewing) for viewing in viewings_of(events)]
    timeline = {
        (row["pipeline_video_id"], int(row["segment"])): (row["num_users"], row["num_views"])
        for row in read_table(output, "video_timeline")
    }
    table = read_table(output, "video")
    assert len(table) == sum(bool(viewings) for viewings in by_video.values())
    unknown = 0
    for row in table:
        viewings = by_video[row["course_id"], row["encoded_module_id"]]
        users: dict[int, list[str]] = defaultdict(list)
        for username, viewing in viewings:
            for segment in range(int(viewing.start // 5), int(viewing.end // 5) + 1):
                users[segment].append(username)
        duration = max(viewing.duration for _, viewing in viewings)
        unknown += not duration
        final = int(duration) // 5 if duration else final_segment(users)
        duration = duration or (final + 1) * 5 - 1
        assert row["duration"] == str(int(duration))
        kept = {segment for segment in users if segment <= final}
        name = row["pipeline_video_id"]
        assert name == f"{row['course_id']}|{row['encoded_module_id']}"
        assert kept == {segment for video, segment in timeline if video == name}
        for segment in kept:
            views = users[segment]
            assert timeline[name, segment] == (str(len(set(views))), str(len(views)))
        at_end = int(max(duration - 30, 0.95 * duration)) // 5
        assert int(row["users_at_start"]) == len(set(users.get(0, ())))
        assert int(row["users_at_end"]) == len(set(users.get(at_end, ())))
        assert int(row["total_viewed_seconds"]) == 5 * sum(len(users[part]) for part in kept)
    assert unknown


def final_segment(users: dict[int, list[str]]) -> int:
    present = sorted(users)
    while len(present) > 1:
        later, earlier = len(set(users[present[-1]])), len(set(users[present[-2]]))
        if later <= 0.05 * earlier:
            return present[-2]
        present.pop()
    return max(users)
