"""Walks of invented people through the tutorials of a course, as tracking logs, and the bars that they must give.

Enters: a seed. Leaves: lines of logs, a course structure, and rows of tutorial_funnels, by the fold of the definition:
of each entry what it carries to later steps.
"""

import random
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

import orjson

COURSE = "course-v1:Bees+B1+2024"
TUTORIALS = {"start": 4, "middle": 6, "end": 2}
WINDOW = timedelta(days=7)


class View(NamedTuple):
    """Somebody saw the page of a step; `class_` is who they were then."""

    person: str
    at: datetime
    tutorial: str
    step: int
    class_: str


class World(NamedTuple):
    """Lines in order of time, and what they say."""

    lines: list[bytes]
    views: list[View]


def key(kind: str, name: str) -> str:
    return f"block-v1:Bees+B1+2024+type@{kind}+block@{name}"


def structure() -> bytes:
    """A chapter with the tutorials as sequences of units with a video each."""
    blocks: dict[str, dict[str, Any]] = {}

    def add(kind: str, name: str, children: list[str]) -> str:
        named = key(kind, name)
        blocks[named] = {
            "category": kind,
            "children": children,
            "metadata": {"display_name": name.title()},
        }
        return named

    sequences = [
        add(
            "sequential",
            name,
            [
                add("vertical", f"{name}{step}", [add("video", f"{name}{step}v", [])])
                for step in range(count)
            ],
        )
        for name, count in TUTORIALS.items()
    ]
    add("course", "course", [add("chapter", "one", sequences)])
    return orjson.dumps(blocks)


def invent(seed: int, people: int) -> World:
    """People who walk, skip and return; a third sign up while they are at it, others never do."""
    drawn = random.Random(seed)
    events = [event for number in range(people) for event in _walk(drawn, number)]
    events.sort(key=lambda event: event[1].at if event[1] else event[2])
    return World([orjson.dumps(it[0]) for it in events], [it[1] for it in events if it[1]])


def _walk(drawn: random.Random, number: int) -> Iterator[tuple[Any, View | None, datetime]]:
    name, session = f"person{number}", f"{number:032x}"
    moments = list(_moments(drawn))
    kind = drawn.choice(["named", "registers", "phantom"])
    joined = drawn.choice(moments) if kind == "registers" else None
    tutorial = ""
    for turn, at in enumerate(moments):
        if at == joined:
            line = {"POST": {"username": [name]}, "GET": {}}
            yield _line(at, "", session, "/create_account", line), None, at
            continue
        tutorial = tutorial if turn % 6 and tutorial else drawn.choice(list(TUTORIALS))
        step = drawn.randrange(TUTORIALS[tutorial]) if drawn.random() < 0.4 else turn % 6
        step = min(step, TUTORIALS[tutorial] - 1)
        is_known = kind == "named" or bool(joined and at > joined)
        line = _view(drawn, at, name if is_known else "", session, (tutorial, step))
        # Who comes back signed in within two weeks is the one who was there before.
        is_told = is_known or bool(joined and joined - at <= timedelta(days=14))
        class_ = _class_of(at, joined) if is_known else "phantom"
        yield line, View(name if is_told else session, at, tutorial, step, class_), at


def _moments(drawn: random.Random) -> Iterator[datetime]:
    at = datetime(2024, 1, 20, tzinfo=UTC) + timedelta(minutes=drawn.randrange(60 * 24 * 20))
    for _ in range(drawn.randrange(4, 25)):
        minutes = drawn.choice([0, 1, 5, 60, 60 * 24, 60 * 24 * 4])
        at += timedelta(minutes=minutes, seconds=1)
        yield at


def _class_of(at: datetime, joined: datetime | None) -> str:
    """Of somebody signed in; of a name without a registration no source says since when."""
    return "new" if joined and at <= joined + timedelta(days=30) else "logged_in"


def _view(
    drawn: random.Random, at: datetime, username: str, session: str, place: tuple[str, int]
) -> dict[str, Any]:
    tutorial, step = place
    if drawn.random() < 0.5:
        video = {"id": f"{tutorial}{step}v", "code": "html5", "currentTime": 0}
        return _line(at, username, session, "play_video", orjson.dumps(video).decode())
    tab = {"id": key("sequential", tutorial), "old": 9, "new": step + 1}
    return _line(at, username, session, "seq_goto", orjson.dumps(tab).decode())


def _line(at: datetime, username: str, session: str, kind: str, event: Any) -> dict[str, Any]:
    is_request = kind.startswith("/")
    return {
        "username": username,
        "session": session,
        "time": at.isoformat(),
        "event_type": kind,
        "name": kind,
        "event_source": "server" if is_request else "browser",
        "event": orjson.dumps(event).decode() if is_request else event,
        "page": None if is_request else f"https://h.example/courses/{COURSE}/courseware/",
        "context": {
            "course_id": COURSE,
            "org_id": "Bees",
            "path": kind if is_request else "/event",
        },
        "host": "h.example",
        "ip": "192.0.2.1",
        "agent": "Mozilla/5.0",
    }


def bars(views: list[View], as_of: datetime) -> set[tuple[Any, ...]]:
    """Rows of tutorial_funnels: month, tutorial, step, class, users, median seconds, complete."""
    people: dict[tuple[str, str], list[View]] = defaultdict(list)
    for view in views:
        people[view.person, view.tutorial].append(view)
    steps = [step for mine in people.values() for step in _steps(mine)]
    rows = set()
    for class_ in ("phantom", "new", "logged_in", "all"):
        gaps: dict[tuple[Any, ...], list[float]] = defaultdict(list)
        for place, view, gap in steps:
            if class_ in {"all", view.class_}:
                gaps[place].append(gap)
        for (month, tutorial, step), found in gaps.items():
            days = monthrange(month.year, month.month)[1]
            end = datetime(month.year, month.month, days, tzinfo=UTC) + timedelta(days=1)
            middle = round(median(found), 6) if step > 1 else None
            is_complete = end + WINDOW <= as_of
            rows.add((month, tutorial, step, class_, len(found), middle, is_complete))
    return rows


def _steps(mine: list[View]) -> Iterator[tuple[tuple[Any, str, int], View, float]]:
    """(month, tutorial, step), the view that counts there, and the seconds since the step before."""
    mine = sorted(mine, key=lambda view: view.at)
    for month in sorted({view.at.date().replace(day=1) for view in mine if view.step == 0}):
        before = None
        for step, view in enumerate(_best(mine, month, TUTORIALS[mine[0].tutorial])):
            gap = (view.at - before.at).total_seconds() if before else 0.0
            yield (month, view.tutorial, step + 1), view, gap
            before = view


def _best(mine: list[View], month: Any, steps: int) -> list[View]:
    """The earliest of the longest chains that begin in a month, entry by entry."""
    best: list[View] = []
    for place, entry in enumerate(mine):
        if entry.step != 0 or entry.at.date().replace(day=1) != month:
            continue
        chain = [entry]
        for view in mine[place + 1 :]:
            is_next = len(chain) < steps and view.step == len(chain)
            if is_next and view.at - entry.at <= WINDOW:
                chain.append(view)
        if len(chain) > len(best):
            best = chain
    return best
