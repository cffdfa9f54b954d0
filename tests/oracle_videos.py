"""The video marts of tracking-log events, computed naively: a loop over events, sets of people.

Enters: events of tests/oracle.py. Leaves: rows as tuples in the order of the marts' columns. Rules:
../shared/specs/edx_insights.md §1.7.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tests.oracle import Event, Row

KINDS = {"play_video", "pause_video", "seek_video", "stop_video"}
Key = tuple[str, str, str]


@dataclass(frozen=True)
class VideoEvent:
    """A usable event: `position` is where the player stood, `target` where a seek went."""

    time: datetime
    kind: str
    position: float
    target: float | None
    duration: float | None

    def order(self) -> tuple[Any, ...]:
        after = self.position if self.target is None else self.target
        return self.time, self.kind, after, self.position, self.duration or -1


@dataclass(frozen=True)
class Viewing:
    """From `start` to `end`, in seconds of the video."""

    person: str
    start: float
    end: float
    duration: float | None


def person_video(events: list[Event]) -> list[Row]:
    """One row per learner and video with a usable event."""
    rows = []
    for (course, person, video), mine in _by_learner(events).items():
        viewings = list(_viewings(person, mine))
        pieces = [(Fraction(str(one.start)), Fraction(str(one.end))) for one in viewings]
        last = max(mine, key=lambda one: one.order()[:3])
        rows.append(
            (
                course,
                person,
                f"{course}|{video}",
                sum(one.kind == "play_video" for one in mine),
                len(viewings),
                float(sum(end - start for start, end in pieces)),
                float(_union(pieces)),
                last.position if last.target is None else last.target,
                min(one.time for one in mine),
                max(one.time for one in mine),
            )
        )
    return rows


def video_and_timeline(events: list[Event], compat: bool = False) -> tuple[list[Row], list[Row]]:
    """The rows of `video` and of `video_timeline`."""
    videos: dict[tuple[str, str], list[Viewing]] = defaultdict(list)
    for (course, person, video), mine in _by_learner(events).items():
        videos[course, video] += _viewings(person, mine)
    rows, timeline = [], []
    for (course, video), viewings in videos.items():
        if not viewings:
            continue
        views = _views(viewings)
        duration, final = _length(viewings, views, compat)
        leaks = compat and final not in views
        shown = {segment: people for segment, people in views.items() if segment <= final or leaks}
        end = math.floor(max(duration - 30, 0.95 * duration) / 5)
        key = f"{course}|{video}"
        users = {segment: len(set(people)) for segment, people in shown.items()}
        total = sum(len(people) for people in shown.values()) * 5
        counts = (int(duration), 5, users.get(0, 0), users.get(end, 0), total)
        rows.append((key, course, video, *counts))
        timeline += [(key, segment, users[segment], len(shown[segment])) for segment in shown]
    return rows, timeline


def _views(viewings: list[Viewing]) -> dict[int, list[str]]:
    views: dict[int, list[str]] = defaultdict(list)
    for one in viewings:
        for segment in range(int(one.start) // 5, int(one.end) // 5 + 1):
            views[segment].append(one.person)
    return views


def _length(
    viewings: list[Viewing], views: dict[int, list[str]], compat: bool
) -> tuple[float, int]:
    known = [one.duration for one in viewings if one.duration]
    if known and (len(known) == len(viewings) or not compat):
        return max(known), int(max(known)) // 5
    segments = sorted(views, reverse=True)
    final = segments[0]
    for later, earlier in pairwise(segments):
        if len(set(views[later])) * 20 <= len(set(views[earlier])):
            final = earlier
            break
    return (final + 1) * 5 - 1, final


def _viewings(person: str, events: list[VideoEvent]) -> Iterator[Viewing]:
    play, start, sought = None, 0.0, None
    for one in sorted(events, key=VideoEvent.order):
        if one.kind == "play_video":
            play, start, sought = one, one.position if sought is None else sought, None
        elif play:
            viewing = Viewing(person, start, one.position, play.duration)
            play, sought = None, one.target
            if (
                viewing.end - viewing.start >= 0.25
                and viewing.end <= (viewing.duration or math.inf) + 1
            ):
                yield viewing


def _by_learner(events: list[Event]) -> dict[Key, list[VideoEvent]]:
    found: dict[Key, list[VideoEvent]] = defaultdict(list)
    for event in events:
        video = str(event.payload.get("id", "")).strip()
        usable = _usable(event) if event.type in KINDS else None
        if usable and video and event.username and event.course_from == "context":
            found[event.valid_course or "", event.username, video].append(usable)
    return {key: mine for key, mine in found.items() if key[0]}


def _usable(event: Event) -> VideoEvent | None:
    payload = event.payload
    default = 0 if event.type == "pause_video" else None
    position = _offset(payload.get("currentTime", payload.get("current_time", default)))
    target = None
    if event.type == "seek_video":
        position, target = _offset(payload.get("old_time")), _offset(payload.get("new_time"))
        if target is None:
            return None
    if position is None:
        return None
    return VideoEvent(
        event.time, event.type or "", position, target, payload.get("duration") or None
    )


def _offset(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 <= number <= 36_000 else None


def _union(pieces: list[tuple[Fraction, Fraction]]) -> Fraction:
    total, reached = Fraction(0), Fraction(0)
    for start, end in sorted(pieces):
        total += max(Fraction(0), end - max(start, reached))
        reached = max(reached, end)
    return total
