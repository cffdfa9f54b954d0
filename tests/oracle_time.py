"""Time on task and how far people got in videos, computed naively: loops over one person's events.

Enters: events of tests/oracle.py. Leaves: rows as tuples in the order of the marts' columns. Rules:
../shared/specs/edx_person_course.md §2.17 and 2.18.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tests.oracle import Event, Row

CLASSES: dict[str, Callable[[str], bool]] = {
    "video": lambda kind: re.search(r"\w_video|\w_transcript", kind) is not None,
    "problem": lambda kind: re.search(r"problem_\w", kind) is not None,
    "forum": lambda kind: (
        kind.startswith("edx.forum.")
        or any(f"/discussion/{page}" in kind for page in ("forum", "threads", "comments"))
    ),
    "text": lambda kind: kind.startswith("textbook.") or "/wiki/" in kind,
}
Gap = tuple[date, Fraction]


def time_on_task(events: Iterable[Event], _: bool) -> list[Row]:
    """Spec 2.17: limits are strict, a gap belongs to the date of its later event."""
    by_person: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events:
        if event.username and event.valid_course and "/xblock/" not in (event.type or ""):
            by_person[event.valid_course, event.username].append(event)
    rows = []
    for (course, username), mine in by_person.items():
        measures = _measures(mine)
        for day in sorted(_days_with_a_gap(mine)):
            sums = [_sum_below(limit, gaps, day) for limit, gaps in measures]
            rows.append((course, day, username, *sums))
    return rows


def time_on_task_totals(events: Iterable[Event], compat: bool) -> list[Row]:
    """Sums over the dates."""
    by_person: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for course, _, username, *sums in time_on_task(events, compat):
        by_person[course, username].append(tuple(sums))
    return [
        (*key, *(_total([row[place] for row in rows]) for place in range(14)))
        for key, rows in by_person.items()
    ]


def video_stats_day(events: Iterable[Event], compat: bool) -> list[Row]:
    """Spec 2.18."""
    furthest: dict[tuple[Any, ...], float | None] = {}
    for event in events:
        video = event.payload.get("id") or event.payload.get("module_id")
        if event.type not in ("play_video", "pause_video", "stop_video") or not video:
            continue
        if not event.valid_course or not (event.username or compat):
            continue
        key = (event.day, event.valid_course, event.username or "", _url_name(video, compat))
        position = _position(event, compat)
        known = furthest.setdefault(key, None)
        if position is not None and (known is None or position > known):
            furthest[key] = position
    return [(*key, position) for key, position in furthest.items()]


def _measures(events: list[Event]) -> list[tuple[int, list[Gap]]]:
    """Limit in minutes and gaps of each column, in order."""
    everything = _gaps(events, lambda _: True, lambda _: True)
    measures = [(5, everything), (30, everything)]
    for is_one in CLASSES.values():
        same = _gaps(events, is_one, is_one)
        measures += [(5, same), (30, same), (30, _gaps(events, is_one, _is_any))]
    return measures


def _is_any(kind: str) -> bool:
    return any(is_one(kind) for is_one in CLASSES.values())


def _gaps(
    events: list[Event], later: Callable[[str], bool], earlier: Callable[[str], bool]
) -> list[Gap]:
    found: list[Gap] = []
    before: datetime | None = None
    for event in sorted(events, key=lambda event: (event.time, event.type or "")):
        kind = event.type or ""
        if before is not None and later(kind):
            gap = Fraction((event.time - before) // timedelta(microseconds=1), 10**6)
            found.append((event.day, gap))
        if earlier(kind):
            before = event.time
    return found


def _days_with_a_gap(events: list[Event]) -> set[date]:
    return {
        after.day
        for before, after in pairwise(events)
        if after.day - before.day <= timedelta(days=1)
    }


def _sum_below(minutes: int, gaps: list[Gap], day: date) -> float | None:
    kept = [gap for of_day, gap in gaps if of_day == day and gap < 60 * minutes]
    return float(sum(kept)) if kept else None


def _total(values: list[float | None]) -> float | None:
    known = [Fraction(value).limit_denominator(10**6) for value in values if value is not None]
    return float(sum(known)) if known else None


def _url_name(video: str, compat: bool) -> str:
    if compat:
        return video.rsplit("-", 1)[-1]
    for mark in ("+block@", "-video-"):
        if mark in video:
            return video.split(mark, 1)[1].replace(".", "_")
    return (video.rsplit("/", 1)[-1] if "://" in video else video).replace(".", "_")


def _position(event: Event, compat: bool) -> float | None:
    value = event.payload.get("currentTime", event.payload.get("current_time"))
    try:
        position = float(value)
    except (TypeError, ValueError):
        return None
    if math.isnan(position) or not 0 <= position <= 36000:
        return None
    return position * float(event.payload.get("speed") or 1) if compat else position
