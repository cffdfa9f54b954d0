"""Reads simulated logs again, knowing nothing of the simulator: plain json and datetime.

Enters: a folder that `simulate` wrote. Leaves: what its lines hold, counted and resolved by the
rules of the specs in the most naive way, to compare with the truth files.
"""

import csv
import gzip
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

VALID_KEY = re.compile(
    r"(course-v1|ccx-v1):[^/+]+\+[^/+]+\+[^/+]+(\+ccx@\d+)?|[^/:]+/[^/:]+/[^/:]+"
)
KEY_IN_URL = re.compile(r"/courses/((?:course|ccx)-v1:[^/?]+|[^/:]+/[^/:]+/[^/:?]+)(?:[/?]|$)")
MOBILE = {
    "edx.video.played": "play_video",
    "edx.video.paused": "pause_video",
    "edx.video.position.changed": "seek_video",
    "edx.video.stopped": "stop_video",
    "edx.video.transcript.shown": "show_transcript",
}


@dataclass(frozen=True)
class Event:
    """One event as its line tells it; `course` is None without a valid key."""

    time: datetime
    record: dict[str, Any]
    payload: Any
    course: str | None
    course_text: str
    username: str | None
    user_id: int | None
    event_type: str

    @property
    def date(self) -> str:
        return self.time.date().isoformat()

    @property
    def source(self) -> str:
        return str(self.record["event_source"])

    @property
    def logged_type(self) -> str:
        return str(self.record["event_type"])


@dataclass
class Reading:
    """All lines of a folder; `events` without duplicates, in order of time."""

    events: list[Event] = field(default_factory=list)
    files: list[list[Event]] = field(default_factory=list)
    lines: int = 0
    duplicates: int = 0
    quarantined: int = 0
    blank_lines: int = 0
    raw_bytes: int = 0


def read_logs(output: Path) -> Reading:
    """Read every file in the order of its name."""
    reading = Reading()
    seen: set[str] = set()
    for path in sorted((output / "logs").iterdir()):
        raw = gzip.decompress(path.read_bytes())
        reading.raw_bytes += len(raw)
        events = []
        for line in raw.split(b"\n")[:-1]:
            if not line.strip():
                reading.blank_lines += 1
                continue
            reading.lines += 1
            text = json_text(line)
            event = read_event(text) if text else None
            if text is None or event is None:
                reading.quarantined += 1
            elif text in seen:
                reading.duplicates += 1
            else:
                seen.add(text)
                events.append(event)
        reading.files.append(events)
        reading.events.extend(events)
    reading.events.sort(key=lambda event: event.time)
    return reading


def json_text(line: bytes) -> str | None:
    """The widest {…} that ends the line."""
    text = line.decode("utf-8", errors="replace").rstrip()
    start = text.find("{")
    return text[start:] if start >= 0 and text.endswith("}") else None


def read_event(text: str) -> Event | None:
    """The event, or None for a text that is no object with a valid time."""
    try:
        record = json.loads(text)
        time = datetime.fromisoformat(record["time"])
    except (ValueError, KeyError, TypeError):
        return None
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    context = record["context"]
    said = context["course_id"]
    course: str | None = said if VALID_KEY.fullmatch(said) else None
    if not said:
        place = record["page"] if record["event_source"] == "browser" else record["event_type"]
        found = KEY_IN_URL.search(place or "")
        course = found.group(1) if found else None
    payload = record["event"]
    if isinstance(payload, str):
        try:
            payload = json.loads(payload)
        except ValueError:
            payload = None
    return Event(
        time=time,
        record=record,
        payload=payload,
        course=course,
        course_text=said or course or "",
        username=record["username"].strip() or None,
        user_id=context["user_id"] or None,
        event_type=MOBILE.get(record["event_type"], record["event_type"]),
    )


def read_table(output: Path, name: str) -> list[dict[str, str]]:
    """A truth table as dictionaries of texts."""
    with (output / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
