"""Engagement computed naively: loops over events, dictionaries of sets, percentiles of sorted lists.

Enters: events of tests/oracle.py, every line once, or with `copies` as often as it came. Leaves: rows as tuples in the
order of the marts' columns. Rules: ../shared/specs/edx_insights.md §1.5, 1.6 and 2.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from math import inf
from typing import Any, NamedTuple

from tests.oracle import Event, Row

DAY = timedelta(days=1)
SUBSECTION = re.compile(
    r"(/courses/(?:[^/]+/[^/]+/[^/]+|[^/]+)/courseware/[^/?]+/[^/?]+/[^?]*)(?:\?.*)?"
)
METRICS = (
    *("problem_attempts", "problems_attempted", "problems_completed"),
    *("problem_attempts_per_completed", "videos_viewed", "discussion_contributions"),
)


class Deed(NamedTuple):
    """One thing that somebody did in a course."""

    course: str
    username: str
    day: date
    entity_type: str
    entity: str
    event: str


def _deeds(events: Iterable[Event]) -> Iterator[Deed]:
    for event in events:
        course, name, kind = event.valid_course, event.username, event.type or ""
        if not course or not name:
            continue
        who = (course, name, event.day)
        problem = str(event.payload.get("problem_id") or "").strip()
        video = str(event.payload.get("id") or event.payload.get("module_id") or "").strip()
        topic = str(event.payload.get("commentable_id") or "").strip()
        if kind == "problem_check" and event.source == "server" and problem:
            yield Deed(*who, "problem", problem, "attempted")
            if str(event.payload.get("success")).lower() == "correct":
                yield Deed(*who, "problem", problem, "completed")
        if kind == "play_video" and video:
            yield Deed(*who, "video", video, "viewed")
        if kind.startswith("edx.forum.") and kind.endswith(".created") and topic:
            yield Deed(*who, "discussion", topic, "contributed")


def module_engagement(events: Iterable[Event]) -> list[Row]:
    """Spec 1.5: how often, by learner, day and thing."""
    return [(*deed, count) for deed, count in Counter(_deeds(events)).items()]


class Week(NamedTuple):
    """The totals of a learner in seven days."""

    problem_attempts: int
    problems_attempted: int
    problems_completed: int
    problem_attempts_per_completed: Fraction | float
    videos_viewed: int
    discussion_contributions: int
    days_active: int


def weeks(events: Iterable[Event], end: date) -> dict[tuple[str, str], Week]:
    """By course and username, of the seven days before `end`."""
    by_learner: dict[tuple[str, str], list[Deed]] = defaultdict(list)
    for deed in _deeds(events):
        if end - 7 * DAY <= deed.day < end:
            by_learner[deed.course, deed.username].append(deed)
    return {key: _week(deeds) for key, deeds in by_learner.items()}


def _week(deeds: list[Deed]) -> Week:
    attempts = [deed.entity for deed in deeds if deed.event == "attempted"]
    completed = {deed.entity for deed in deeds if deed.event == "completed"}
    return Week(
        problem_attempts=len(attempts),
        problems_attempted=len(set(attempts)),
        problems_completed=len(completed),
        problem_attempts_per_completed=Fraction(len(attempts), len(completed))
        if completed
        else inf,
        videos_viewed=len({deed.entity for deed in deeds if deed.event == "viewed"}),
        discussion_contributions=sum(deed.event == "contributed" for deed in deeds),
        days_active=len({deed.day for deed in deeds}),
    )


def module_engagement_summary(events: Iterable[Event], as_of: date) -> list[Row]:
    """Spec 1.5."""
    return [
        (*key, as_of - 7 * DAY, as_of, *(_finite(value) for value in week))
        for key, week in weeks(events, as_of).items()
    ]


def percentile(values: list[Any], percent: int) -> Any:
    """Between the two neighbours of the place `percent` of the way along the sorted values."""
    place = Fraction(percent * (len(values) - 1), 100)
    below, rest = values[int(place)], place - int(place)
    if not rest:
        return below
    above = values[int(place) + 1]
    return inf if inf in (below, above) else below + (above - below) * rest


def _ranges(events: Iterable[Event], as_of: date) -> dict[tuple[str, str], dict[str, Any]]:
    found = weeks(events, as_of)
    ranges: dict[tuple[str, str], dict[str, Any]] = {}
    for course in {course for course, _ in found}:
        of_course = [week for (of, _), week in found.items() if of == course]
        for metric in METRICS:
            is_ratio = metric == "problem_attempts_per_completed"
            values = sorted(
                getattr(week, metric) for week in of_course if week.problem_attempts or not is_ratio
            )
            low, high = (percentile(values, 15), percentile(values, 85)) if values else (0, 0)
            named: dict[str, Any] = {"low": (0, low)} if low > 0 else {}
            named["normal"] = (low, inf if low == high else high)
            ranges[course, metric] = named | ({} if low == high else {"high": (high, inf)})
    return ranges


def module_engagement_metric_ranges(events: Iterable[Event], as_of: date) -> list[Row]:
    """Spec 1.5."""
    return [
        (course, as_of - 7 * DAY, as_of, metric, kind, _finite(low), _finite(high))
        for (course, metric), named in _ranges(events, as_of).items()
        for kind, (low, high) in named.items()
    ]


def learner_segments(events: list[Event], as_of: date) -> list[Row]:
    """Spec 1.5; who attempted nothing does not struggle."""
    now, before = weeks(events, as_of), weeks(events, as_of - 7 * DAY)
    ranges = _ranges(events, as_of)
    segments: dict[tuple[str, str, str], str | None] = {
        (*key, "disengaging"): None for key in before if key not in now
    }
    for (course, name), week in now.items():
        high = [
            metric
            for metric in METRICS
            if getattr(week, metric) >= ranges[course, metric].get("high", (inf, 0))[0]
            and "high" in ranges[course, metric]
        ]
        engaged = [metric for metric in high if not metric.startswith("problem_attempts")]
        if engaged:
            segments[course, name, "highly_engaged"] = ",".join(engaged)
        if "problem_attempts_per_completed" in high and week.problem_attempts:
            segments[course, name, "struggling"] = "problem_attempts_per_completed"
    return [
        (course, name, as_of - 7 * DAY, as_of, segment, reason)
        for (course, name, segment), reason in segments.items()
    ]


def user_engagement(events: list[Event], as_of: date) -> list[Row]:
    """Spec 4.1, by the time of events."""
    first = min((event.day for event in events), default=as_of)
    days = (as_of - first).days
    rows = []
    deeds = list(_deeds(events))
    for course, name in {(deed.course, deed.username) for deed in deeds}:
        mine = [deed for deed in deeds if deed[:2] == (course, name)]
        row: list[Any] = [course, name]
        for event, is_distinct in (
            *(("viewed", True), ("attempted", True), ("completed", True)),
            *(("attempted", False), ("contributed", False)),
        ):
            for length in (days, 7):
                things = [
                    deed.entity
                    for deed in mine
                    if deed.event == event and deed.day >= as_of - length * DAY
                ]
                row.append(len(set(things) if is_distinct else things))
        rows.append((*row, max(deed.day for deed in mine)))
    return rows


# ---- student engagement


class _Counts:
    """What a learner did in a stretch of days."""

    def __init__(self) -> None:
        self.days: set[date] = set()
        self.things: dict[str, set[str]] = defaultdict(set)
        self.times: Counter[str] = Counter()
        self.last: tuple[Any, str, str] | None = None

    def row(self) -> Row:
        tried, solved, played = (len(self.things[name]) for name in ("tried", "solved", "played"))
        votes = [
            self.times[f"{way}vote_{end}"]
            for end in ("given", "received")
            for way in ("up", "down")
        ]
        written = [self.times[name] for name in ("thread", "response", "comment")]
        last = self.last[2] if self.last else None
        attempts, pages = self.times["attempts"], self.times["pages"]
        return (len(self.days), tried, attempts, solved, played, *written, *votes, pages, last)


def student_engagement(events: Iterable[Event], as_of: date, kind: str) -> list[Row]:
    """Spec 1.6: by day, week or altogether; a vote received is no activity."""
    found: dict[tuple[date, str, str], _Counts] = defaultdict(_Counts)
    for event in events:
        course, name = event.valid_course, event.username
        if event.course_from != "context" or not course or not name or not _is_readable(event):
            continue
        end = _end(event.day, as_of, kind)
        vote = re.fullmatch(r"edx\.forum\.(thread|response)\.voted", event.type or "")
        if vote and event.payload.get("vote_value") not in ("up", "down"):
            continue
        counts = found[end, course, name]
        counts.days.add(event.day)
        _count(event, counts)
        target = str(event.payload.get("target_username") or "").strip()
        if vote:
            counts.times[f"{event.payload['vote_value']}vote_given"] += _direction(event)
            if target:
                theirs = found[end, course, target].times
                theirs[f"{event.payload['vote_value']}vote_received"] += _direction(event)
    return [(*key, *counts.row()) for key, counts in found.items()]


def _count(event: Event, counts: _Counts) -> None:
    kind, payload = event.type or "", event.payload
    problem = str(payload.get("problem_id") or "").strip()
    video = str(payload.get("id") or payload.get("module_id") or "").strip()
    if event.source == "server" and kind == "problem_check" and problem:
        counts.things["tried"].add(problem)
        counts.times["attempts"] += 1
        if str(payload.get("success")).lower() == "correct":
            counts.things["solved"].add(problem)
    if kind == "play_video" and video:
        counts.things["played"].add(video)
    created = re.fullmatch(r"edx\.forum\.(thread|response|comment)\.created", kind)
    if created:
        counts.times[created[1]] += 1
    counts.times["pages"] += kind == "book"
    subsection = SUBSECTION.fullmatch(kind) if event.source == "server" else None
    if subsection and (counts.last is None or (event.time, "") > counts.last[:2]):
        counts.last = (event.time, "", subsection[1])


def _direction(event: Event) -> int:
    return -1 if event.payload.get("undo_vote") is True else 1


def _is_readable(event: Event) -> bool:
    logged = event.record.get("event")
    if isinstance(logged, str) and logged:
        try:
            logged = json.loads(logged)
        except ValueError:
            return False
    return (logged == "" or isinstance(logged, dict)) and event.logged_type is not None


def _end(day: date, as_of: date, kind: str) -> date:
    last = as_of - DAY
    if kind == "all":
        return last
    return day if kind == "daily" else last - (last - day).days // 7 * 7 * DAY


def _finite(value: Any) -> Any:
    if value == inf:
        return None
    return float(value) if isinstance(value, Fraction) else value
