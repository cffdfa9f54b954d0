"""The days of learners with their videos, forum and problems, computed naively from tracking-log events.

Enters: events of tests/oracle.py. Leaves: rows of person_course_day. Rules:
../shared/specs/edx_person_course.md §2.12, and §2.18 to §2.20 for what is counted. No package is landed with these
events, so no problem has a type and no state tells of attempts.
"""

import re
from collections import defaultdict
from datetime import date, datetime, time
from typing import Any

from tests import oracle
from tests.oracle import Event, Row

Day = tuple[str, str, date]
STOPS = {"play_video", "pause_video", "stop_video"}
CREATED = ("thread", "response", "comment")


def person_course_day(events: list[Event], compat: bool) -> list[Row]:
    """All 36 columns."""
    days: dict[Day, list[Event]] = defaultdict(list)
    for event in events:
        if event.username and event.valid_course:
            days[event.username, event.valid_course, event.day].append(event)
    rows = []
    for row in oracle.person_course_day(events, compat):
        mine = days[row[:3]]
        first, last = row[13:15]
        videos = _videos(mine, compat)
        if compat and videos:
            first = datetime.combine(row[2], time.min)
        watched = sum(position or 0 for position in videos.values())
        problems = [] if compat else _checked_problems(mine)
        rows.append(
            (
                *row[:13],
                *(len(videos), watched, *_forum(mine, compat)),
                *(len(set(problems)), len(problems), *[0] * 9),
                *(first, last, *row[15:]),
            )
        )
    return rows


def _videos(events: list[Event], compat: bool) -> dict[str, float | None]:
    """The furthest position of each video; None where none is known."""
    furthest: dict[str, float | None] = {}
    for event in events:
        name = str(event.payload.get("id") or event.payload.get("module_id") or "").strip()
        if event.type not in STOPS or not name:
            continue
        video = re.split(r"[@/-]", name)[-1]
        position = _number(event.payload.get("currentTime", event.payload.get("current_time")))
        if position is not None and not 0 <= position <= 36000:
            position = None
        speed = _number(event.payload.get("speed")) if compat else None
        reached = None if position is None else position * (speed or 1)
        known = [one for one in (furthest.get(video), reached) if one is not None]
        furthest[video] = max(known, default=None)
    return furthest


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < float("inf") else None


def _forum(events: list[Event], compat: bool) -> tuple[int, int, int]:
    """Reads, posts and threads; nobody in this world replies by URL and by event on one day."""
    reads, posts, threads = 0, 0, set()
    for event in events:
        kind = event.type or ""
        opened = re.search(r"/discussion/forum/[^/]+/threads/([^/?]+)", kind)
        created = [one for one in CREATED if kind == f"edx.forum.{one}.created"]
        thread = opened[1] if opened else None
        if created and not compat:
            inner = event.payload if created == ["thread"] else event.payload.get("discussion", {})
            thread = inner.get("id")
        reads += bool(opened)
        posts += bool(created)
        threads |= {thread} - {None}
    return reads, posts, len(threads)


def _checked_problems(events: list[Event]) -> list[str]:
    return [
        str(event.payload["problem_id"])
        for event in events
        if event.type == "problem_check" and event.source == "server"
    ]
