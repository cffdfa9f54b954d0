"""The marts of a folder of tracking logs, computed naively: plain Python, from the specs' rules.

Enters: log files. Leaves: rows as tuples in the order of the marts' columns. It shares nothing with
the product: not the parser, not the SQL. Rules: ../shared/specs/edx_insights.md §1.1-1.3, 1.7, 2 and
edx_person_course.md §2.12.
"""

import json
import math
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

VALID_KEY = re.compile(
    r"(course-v1|ccx-v1):[^/+]+\+[^/+]+\+[^/+]+(\+ccx@\d+)?|[^/: ]+/[^/: ]+/[^/: ]+"
)
KEY_IN_URL = re.compile(r"/courses/((?:course|ccx)-v1:[^/?]+|[^/:]+/[^/:]+/[^/:?]+)(?:[/?]|$)")
MOBILE = {
    "edx.video.played": "play_video",
    "edx.video.paused": "pause_video",
    "edx.video.position.changed": "seek_video",
    "edx.video.stopped": "stop_video",
    "edx.video.loaded": "load_video",
    "edx.video.transcript.shown": "show_transcript",
}
COURSE_OF_BLOCK = re.compile(r"block-v1:([^+]+\+[^+]+\+[^+]+)\+type@")
ENROLLMENT = "edx.course.enrollment."
ACTIVATED, DEACTIVATED = ENROLLMENT + "activated", ENROLLMENT + "deactivated"
DAY = timedelta(days=1)
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Event:
    """One event; `course` is the text that stands for the course, valid or not."""

    time: datetime
    text: str
    record: dict[str, Any]
    payload: Any
    course: str | None
    course_from: str | None
    username: str | None
    user_id: int | None
    logged_type: str | None

    @property
    def day(self) -> date:
        return self.time.date()

    @property
    def type(self) -> str | None:
        return MOBILE.get(self.logged_type or "", self.logged_type)

    @property
    def source(self) -> Any:
        return self.record.get("event_source")

    @property
    def valid_course(self) -> str | None:
        return self.course if self.course and VALID_KEY.fullmatch(self.course) else None


def read_events(files: Iterable[Path], copies: bool = False, compat: bool = False) -> list[Event]:
    """All events in order of time; lines that are no event are left out.

    With `copies` equal lines count as often as they came; with `compat` a usage key in a payload names no course.
    """
    found: list[Event] = []
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            event = _event(line[line.find("{") :].strip()) if "{" in line else None
            if event and not compat:
                event = _placed(event)
            if event:
                found.append(event)
    kept = found if copies else {event.text: event for event in found}.values()
    return sorted(kept, key=lambda event: event.time)


def _placed(event: Event) -> Event:
    """With the course of the problem that it is about, where the event names none."""
    match = COURSE_OF_BLOCK.match(str(event.payload.get("problem_id", "")))
    if event.course or not match:
        return event
    return replace(event, course=f"course-v1:{match[1]}", course_from="payload")


def _event(text: str) -> Event | None:
    try:
        record = json.loads(text)
        time = datetime.fromisoformat(record["time"])
    except (ValueError, KeyError):
        return None
    if not record.get("event_type"):
        return None  # it says nothing that happened
    time = time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time
    payload = record.get("event")
    if isinstance(payload, str) and payload.startswith("{"):
        try:
            payload = json.loads(payload)
        except ValueError:  # the platform cut it
            payload = None
    context = record.get("context") or {}
    course, course_from = _course(record, context)
    user_id = str(context.get("user_id"))
    return Event(
        time=time,
        text=text,
        record=record,
        payload=payload if isinstance(payload, dict) else {},
        course=course,
        course_from=course_from,
        username=str(record.get("username", "")).strip() or None,
        user_id=int(user_id) if user_id.isdigit() else None,
        logged_type=record.get("event_type"),
    )


def _course(record: dict[str, Any], context: dict[str, Any]) -> tuple[str | None, str | None]:
    if context.get("course_id"):
        return context["course_id"], "context"
    if record.get("course_id"):
        return record["course_id"], "field"
    url = record.get("page" if record.get("event_source") == "browser" else "event_type") or ""
    match = KEY_IN_URL.search(url)
    return (match[1], "url") if match else (None, None)


# ---- person_course_day


def person_course_day(events: list[Event], compat: bool = False) -> list[Row]:
    """Spec 2.12, columns 1-13 and 30-36; tests/oracle_days.py has the others."""
    by_person: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events:
        if event.username and event.valid_course and "/xblock/" not in (event.type or ""):
            by_person[event.username, event.valid_course].append(event)
    rows = []
    for (username, course), mine in by_person.items():
        gaps: dict[date, list[Fraction]] = defaultdict(list)
        for before, after in pairwise(mine):
            gap = Fraction((after.time - before.time) // timedelta(microseconds=1), 10**6)
            if gap <= 300:
                gaps[after.day].append(gap)
        for day in sorted({event.day for event in mine}):
            of_day = [event for event in mine if event.day == day]
            counts = _counts(of_day, course, compat)
            times = (of_day[0].time, of_day[-1].time)
            rows.append((username, course, day, *counts, *times, *_spread(gaps[day])))
    return rows


def _counts(events: list[Event], course: str, compat: bool) -> list[int]:
    types = Counter(event.type for event in events)
    slashed = course.removeprefix("course-v1:").replace("+", "/")
    keys = {slashed} if compat and "ccx" not in course else {slashed, course}

    def below(page: str) -> int:
        starts = tuple(f"/courses/{key}/{page}" for key in keys)
        return sum((event.type or "").startswith(starts) for event in events)

    return [
        len(events),
        below("progress"),
        types["show_answer"] + types["showanswer"],
        types["play_video"],
        types["problem_check"],
        below("discussion/"),
        types["show_transcript"],
        types["seq_goto"],
        types["seek_video"],
        types["pause_video"],
    ]


def _spread(
    gaps: list[Fraction],
) -> tuple[float | None, float | None, float | None, int, float | None]:
    if not gaps:
        return None, None, None, 0, None
    deviation = math.sqrt(statistics.variance(gaps)) if len(gaps) > 1 else None
    mean = float(sum(gaps) / len(gaps))
    return mean, deviation, float(max(gaps)), len(gaps), float(sum(gaps))


# ---- enrollment


@dataclass(frozen=True, order=True)
class Enrollment:
    """An enrollment event that counts, ordered as its state machine reads it."""

    time: datetime
    type: str
    mode: str
    course: str = field(compare=False)
    user: int = field(compare=False)


def _enrollments(events: list[Event]) -> dict[tuple[str, int], list[Enrollment]]:
    found: dict[tuple[str, int], list[Enrollment]] = defaultdict(list)
    kinds = {ACTIVATED, DEACTIVATED, ENROLLMENT + "mode_changed"}
    for event in events:
        course, user = event.payload.get("course_id"), str(event.payload.get("user_id"))
        mode = (event.payload.get("mode") or "").strip()
        if event.type in kinds and mode and user.isdigit() and VALID_KEY.fullmatch(course or ""):
            one = Enrollment(event.time, event.type or "", mode, course, int(user))
            found[course, int(user)].append(one)
    return {key: sorted(mine) for key, mine in found.items()}


def _states(mine: list[Enrollment], as_of: date) -> Iterator[tuple[date, bool, str]]:
    """Each day from the first event to the one before `as_of`: enrolled at its end, last mode."""
    day, enrolled, mode, waiting = mine[0].time.date(), False, "", list(mine)
    while day < as_of:
        while waiting and waiting[0].time.date() == day:
            one = waiting.pop(0)
            mode = one.mode
            if one.type in (ACTIVATED, DEACTIVATED):
                enrolled = one.type == ACTIVATED
        yield day, enrolled, mode
        day += DAY


def course_enrollment_daily(events: list[Event], as_of: date) -> list[Row]:
    """Rules A and B by course."""
    return _enrollment_counts(events, as_of, lambda course, mode: (course,))


def course_enrollment_mode_daily(events: list[Event], as_of: date) -> list[Row]:
    """Rules A and B by course and mode."""
    return _enrollment_counts(events, as_of, lambda course, mode: (course, mode))


def _enrollment_counts(
    events: list[Event], as_of: date, group: Callable[[str, str], tuple[str, ...]]
) -> list[Row]:
    counts: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for (course, _), mine in _enrollments(events).items():
        for day, enrolled, mode in _states(mine, as_of):
            counted = counts[(day, *group(course, mode))]
            counted[0] += enrolled
            counted[1] += 1
    return [(*key, *counted) for key, counted in counts.items()]


def f_user_course(events: list[Event], as_of: date) -> list[Row]:
    """Rule A as it stands: each day of each learner, with what the day changed."""
    rows = []
    for (course, user), mine in _enrollments(events).items():
        before = 0
        for day, enrolled, mode in _states(mine, as_of):
            rows.append((day, course, user, int(enrolled), int(enrolled) - before, mode))
            before = int(enrolled)
    return rows


def course_enrollment_summary(events: list[Event], as_of: date) -> list[Row]:
    """Rule C."""
    rows = []
    for (course, user), mine in _enrollments(events).items():
        enrolled, modes, times, left = False, [], {}, None
        for one in mine:
            if one.type == DEACTIVATED and enrolled:
                enrolled, left = False, one.time
            elif one.type == ACTIVATED and not enrolled:
                enrolled = True
                modes.append(one)
            elif one.type == ENROLLMENT + "mode_changed" and enrolled:
                modes.append(one)
        for one in reversed(modes):
            times[one.mode] = one.time
        if modes:
            first, now = modes[0], modes[-1].mode
            special = (times.get("verified"), times.get("credit"))
            end = datetime(as_of.year, as_of.month, as_of.day)  # noqa: DTZ001
            rows.append((course, user, now, enrolled, first.mode, first.time, left, *special, end))
    return rows


def course_coenrollment(events: list[Event], as_of: date) -> list[Row]:
    """Pairs of courses that share somebody who was ever activated."""
    learners: dict[str, set[int]] = defaultdict(set)
    for row in course_enrollment_summary(events, as_of):
        learners[row[0]].add(row[1])
    rows = []
    for one, other in combinations(sorted(learners), 2):
        mine, theirs = learners[one], learners[other]
        both = len(mine & theirs)
        if both:
            rows.append((one, other, both, len(mine), len(theirs), both / len(mine | theirs)))
    return rows


# ---- activity


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def course_activity(events: list[Event], as_of: date) -> list[Row]:
    """Rule 1.2, complete weeks only."""
    people: dict[tuple[str, date, str], set[int]] = defaultdict(set)
    for event in events:
        monday = _monday(event.day)
        is_counted = event.user_id and event.valid_course and event.type and event.source
        if not is_counted or event.source == "task" or (event.type or "").startswith(ENROLLMENT):
            continue
        if monday + 7 * DAY <= as_of:
            for label in _labels(event):
                people[event.valid_course or "", monday, label].add(event.user_id or 0)
    return [
        (course, _midnight(monday), _midnight(monday + 7 * DAY), label, len(users))
        for (course, monday, label), users in people.items()
    ]


def f_user_activity(events: list[Event]) -> list[Row]:
    """Rule 1.2 day by day: how often."""
    found: Counter[tuple[int, str, date, str]] = Counter()
    for event in events:
        is_counted = event.user_id and event.valid_course and event.type and event.source
        if is_counted and event.source != "task" and not (event.type or "").startswith(ENROLLMENT):
            who = (event.user_id or 0, event.valid_course or "", event.day)
            found.update((*who, label) for label in _labels(event))
    return [(*key, number) for key, number in found.items()]


def _labels(event: Event) -> Iterator[str]:
    yield "ACTIVE"
    kind = event.type or ""
    if event.source == "server" and kind == "problem_check":
        yield "ATTEMPTED_PROBLEM"
    if event.source in ("browser", "mobile") and kind == "play_video":
        yield "PLAYED_VIDEO"
    if event.source == "server" and kind.startswith("edx.forum.") and kind.endswith(".created"):
        yield "POSTED_FORUM"


def enrollment_retention(events: list[Event], as_of: date) -> list[Row]:
    """Weeks of one's own since the first enrollment, by the month in which that was."""
    first = {row[:2]: row[5].date() for row in course_enrollment_summary(events, as_of)}
    seen: dict[tuple[str, int], set[date]] = defaultdict(set)
    for event in events:
        is_counted = event.user_id and event.valid_course and event.type and event.source
        is_task = event.source == "task" or (event.type or "").startswith(ENROLLMENT)
        if is_counted and not is_task:
            seen[event.valid_course or "", event.user_id or 0].add(event.day)
    cells: dict[tuple[str, date, int], list[bool]] = defaultdict(list)
    for (course, user), begin in first.items():
        for week in range((as_of - begin).days // 7):
            days = {begin + (7 * week + number) * DAY for number in range(7)}
            is_active = bool(days & seen[course, user])
            cells[course, begin.replace(day=1), week].append(is_active)
    return [(*cell, len(members), sum(members)) for cell, members in cells.items()]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001


def active_users_weekly(events: list[Event], as_of: date) -> list[Row]:
    """Rule 1.3, complete weeks only."""
    weeks = {(_monday(event.day), event.username) for event in events if event.username}
    return [(day, day + 7 * DAY, name) for day, name in weeks if day + 7 * DAY <= as_of]


def event_types_daily(events: list[Event]) -> list[Row]:
    """Every event in one row."""
    found: dict[Row, list[str | None]] = defaultdict(list)
    for event in events:
        found[event.day, event.course, event.logged_type, event.source].append(event.username)
    return [(*key, len(names), len({*names} - {None})) for key, names in found.items()]
