"""Truth of videos: viewings, 5-second segments, and what each learner watched.

Enters: each learner's sightings. Leaves: rows for CSV. Definitions: specs/edx_insights.md 1.7,
with the largest known duration, and without the segments after the final one. Every position that
the simulation logs is usable: from 0 to 36,000 seconds.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from studium.simulate.courses.campus import Course
from studium.simulate.courses.facts import NO_DURATION, ON_MOBILE
from studium.simulate.courses.truth.sightings import Sighting, timestamp_text

SEGMENT = 5
SHORTEST_VIEWING = 0.25
SPURIOUS_SHARE = 0.05

Row = tuple[object, ...]
VideoKey = tuple[str, str]
"""Course key, video id as logged."""

VIDEO = (
    "pipeline_video_id", "course_id", "encoded_module_id", "duration", "segment_length",
    "users_at_start", "users_at_end", "total_viewed_seconds",
)  # fmt: skip
TIMELINE = ("pipeline_video_id", "segment", "num_users", "num_views")
PERSON_VIDEO = (
    "course_id", "username", "pipeline_video_id", "plays", "viewings", "watched_seconds",
    "unique_seconds", "last_position", "first_watched_at", "last_watched_at",
)  # fmt: skip


@dataclass(frozen=True)
class Viewing:
    """One stretch of playing, in seconds of the video; duration None when unknown."""

    start: float
    end: float
    duration: float | None


@dataclass
class Audience:
    """Who watched which segments of one video; learners of different parts never overlap."""

    duration: float | None = None
    users: Counter[int] = field(default_factory=Counter)
    views: Counter[int] = field(default_factory=Counter)

    def add(self, other: "Audience") -> None:
        """Take in the audience of other learners."""
        self.duration = _largest(self.duration, other.duration)
        self.users.update(other.users)
        self.views.update(other.views)


def _largest(left: float | None, right: float | None) -> float | None:
    known = [duration for duration in (left, right) if duration is not None]
    return max(known, default=None)


def collect_video_sightings(
    sightings: list[Sighting], university: tuple[Course, ...]
) -> dict[VideoKey, list[Sighting]]:
    """The four events that make viewings, per course and video id as the player logged it."""
    by_video: dict[VideoKey, list[Sighting]] = defaultdict(list)
    for seen in sightings:
        if seen.kind not in ("play_video", "pause_video", "seek_video", "stop_video"):
            continue
        if seen.username is None or seen.course is None or not seen.is_course_in_context:
            continue
        video = university[seen.fact.course].videos[seen.fact.item]
        video_id = video.key if seen.fact.marks & ON_MOBILE else video.logged_id
        by_video[seen.course, video_id].append(seen)
    return by_video


def viewings_of(sightings: list[Sighting], duration: float) -> list[Viewing]:
    """The viewings of one learner and video; `duration` is told unless the player is silent."""
    viewings = []
    start: float | None = None
    told: float | None = None
    jumped_to: float | None = None
    for seen in sightings:
        position = seen.fact.first
        if seen.kind == "play_video":
            # Players report the position before the jump when they go on after a seek.
            start = position if jumped_to is None else jumped_to
            jumped_to = None
            told = None if seen.fact.marks & (NO_DURATION | ON_MOBILE) else duration
        elif start is not None:
            too_late = told is not None and position > told + 1
            if not too_late and position - start >= SHORTEST_VIEWING:
                viewings.append(Viewing(start, position, told))
            start = None
            jumped_to = seen.fact.second if seen.kind == "seek_video" else None
    return viewings


def audience_of(viewings: list[Viewing]) -> Audience:
    """One learner's share of the audience of a video."""
    audience = Audience()
    for viewing in viewings:
        audience.duration = _largest(audience.duration, viewing.duration)
        for segment in range(int(viewing.start) // SEGMENT, int(viewing.end) // SEGMENT + 1):
            audience.views[segment] += 1
            audience.users[segment] = 1
    return audience


def person_video_row(
    username: str, key: VideoKey, sightings: list[Sighting], viewings: list[Viewing]
) -> Row:
    """A row of PERSON_VIDEO: seconds are rounded to microseconds, a seek leaves off at its target.

    Whoever pressed any of the four buttons has a row, also without a play.
    """
    first, last = sightings[0], sightings[-1]
    plays = sum(seen.kind == "play_video" for seen in sightings)
    watched = sum(viewing.end - viewing.start for viewing in viewings)
    unique = 0.0
    reached = 0.0
    for viewing in sorted(viewings, key=lambda each: each.start):
        unique += max(0.0, viewing.end - max(viewing.start, reached))
        reached = max(reached, viewing.end)
    return (
        key[0], username, "|".join(key), plays, len(viewings), round(watched, 6), round(unique, 6),
        last.fact.second if last.kind == "seek_video" else last.fact.first,
        timestamp_text(first.time), timestamp_text(last.time),
    )  # fmt: skip


def video_rows(audiences: dict[VideoKey, Audience]) -> tuple[list[Row], list[Row]]:
    """Rows of VIDEO and of TIMELINE."""
    videos: list[Row] = []
    timeline: list[Row] = []
    for (course, video_id), audience in audiences.items():
        if not audience.users:
            continue
        duration, final = _length(audience)
        kept = sorted(segment for segment in audience.users if segment <= final)
        name = f"{course}|{video_id}"
        end_segment = int(max(duration - 30, 0.95 * duration)) // SEGMENT
        users = {segment: audience.users[segment] for segment in kept}
        at_start, at_end = users.get(0, 0), users.get(end_segment, 0)
        seconds = SEGMENT * sum(audience.views[segment] for segment in kept)
        videos.append((name, course, video_id, int(duration), SEGMENT, at_start, at_end, seconds))
        timeline.extend((name, part, users[part], audience.views[part]) for part in kept)
    return videos, timeline


def _length(audience: Audience) -> tuple[float, int]:
    """Duration and final segment; where no player told it, the tail without audience is cut."""
    if audience.duration is not None:
        return audience.duration, int(audience.duration) // SEGMENT
    segments = sorted(audience.users)
    final = segments[-1]
    for earlier, later in reversed(list(pairwise(segments))):
        if audience.users[later] <= SPURIOUS_SHARE * audience.users[earlier]:
            final = earlier
            break
    return float((final + 1) * SEGMENT - 1), final
