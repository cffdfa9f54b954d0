"""The truth tables: counted learner by learner, merged, and written as CSV.

Enters: facts of whole learners. Leaves: one CSV per table, rows sorted as text, empty text
for NULL. Weekly tables hold complete ISO weeks before `end` only.
"""

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from studium.simulate.courses.campus import build_university, profile_of
from studium.simulate.courses.facts import Fact, day_text
from studium.simulate.courses.plan import Plan
from studium.simulate.courses.truth import days, enrollments, videos
from studium.simulate.courses.truth.sightings import Sighting, csv_text, monday_of, sightings_of

Row = tuple[object, ...]
Kind = tuple[int, str, str, str]
"""Day, course, type and source of events."""

ACTIVITY = ("course_id", "interval_start", "interval_end", "label", "count")
ACTIVE_USERS = ("start_date", "end_date", "username")
EVENT_TYPES = ("date", "course_id", "event_type", "event_source", "event_count", "learner_count")
POSTS = frozenset(("thread_created", "response_created", "comment_created"))


class Truth:
    """Correct answers about some learners; every learner's facts belong to one Truth alone."""

    def __init__(self) -> None:
        self.person_course_day: list[Row] = []
        self.learner_day: list[Row] = []
        self.person_video: list[Row] = []
        self.histories: enrollments.Histories = {}
        self.audiences: dict[videos.VideoKey, videos.Audience] = {}
        self.activity: Counter[tuple[str, int, str]] = Counter()
        self.active_users: list[tuple[int, str]] = []
        self.event_types: Counter[Kind] = Counter()
        self.event_type_learners: Counter[Kind] = Counter()

    def add_learner(self, plan: Plan, learner: int, facts: list[Fact]) -> None:
        """Count all facts of one learner, given in order of time."""
        university = build_university(plan)
        profile = profile_of(plan, learner)
        sightings = list(sightings_of(facts, profile, university))
        course_days = days.person_course_days(sightings)
        self.person_course_day.extend(course_days)
        self.learner_day.extend(days.learner_days(sightings, course_days))
        courses = tuple(course.key for course in university)
        self.histories |= enrollments.collect_history(sightings, courses)
        self.activity.update(_activities(sightings))
        self.active_users.extend(_active_weeks(sightings))
        self.event_types.update(_kind_of(seen) for seen in sightings)
        self.event_type_learners.update({_kind_of(seen) for seen in sightings if seen.username})
        by_video = videos.collect_video_sightings(sightings, university)
        for key, watched in by_video.items():
            first = watched[0].fact
            length = university[first.course].videos[first.item].duration
            viewings = videos.viewings_of(watched, length)
            audience = self.audiences.setdefault(key, videos.Audience())
            audience.add(videos.audience_of(viewings))
            row = videos.person_video_row(profile.username, key, watched, viewings)
            self.person_video.append(row)

    def merge(self, other: "Truth") -> None:
        """Take in what was counted about other learners."""
        self.person_course_day.extend(other.person_course_day)
        self.learner_day.extend(other.learner_day)
        self.person_video.extend(other.person_video)
        self.histories |= other.histories
        for key, audience in other.audiences.items():
            self.audiences.setdefault(key, videos.Audience()).add(audience)
        self.activity.update(other.activity)
        self.active_users.extend(other.active_users)
        self.event_types.update(other.event_types)
        self.event_type_learners.update(other.event_type_learners)

    def write(self, folder: Path, end: int) -> None:
        """Write every table; `end` is the day after the last event, in days since 1970."""
        daily, mode_daily = enrollments.daily_rows(self.histories, end)
        summary = enrollments.summary_rows(self.histories, end)
        video, timeline = videos.video_rows(self.audiences)
        tables: dict[str, tuple[tuple[str, ...], list[Row]]] = {
            "person_course_day": (days.PERSON_COURSE_DAY, self.person_course_day),
            "learner_days": (days.LEARNER_DAY, self.learner_day),
            "course_enrollment_daily": (enrollments.DAILY, daily),
            "course_enrollment_mode_daily": (enrollments.MODE_DAILY, mode_daily),
            "course_enrollment_summary": (enrollments.SUMMARY, summary),
            "course_activity": (ACTIVITY, self._activity_rows(end)),
            "active_users_weekly": (ACTIVE_USERS, self._active_user_rows(end)),
            "video": (videos.VIDEO, video),
            "video_timeline": (videos.TIMELINE, timeline),
            "person_video": (videos.PERSON_VIDEO, self.person_video),
            "event_types_daily": (EVENT_TYPES, self._event_type_rows()),
        }
        for name, (columns, rows) in tables.items():
            _write_csv(folder / f"{name}.csv", columns, rows)

    def _activity_rows(self, end: int) -> list[Row]:
        return [
            (course, day_text(monday), day_text(monday + 7), label, count)
            for (course, monday, label), count in self.activity.items()
            if monday + 7 <= end
        ]

    def _active_user_rows(self, end: int) -> list[Row]:
        return [
            (day_text(monday), day_text(monday + 7), username)
            for monday, username in self.active_users
            if monday + 7 <= end
        ]

    def _event_type_rows(self) -> list[Row]:
        return [
            (day_text(kind[0]), *kind[1:], count, self.event_type_learners[kind])
            for kind, count in self.event_types.items()
        ]


def _kind_of(seen: Sighting) -> Kind:
    return seen.day, seen.course_text, seen.event_type, seen.source


def _activities(sightings: list[Sighting]) -> set[tuple[str, int, str]]:
    """Course, Monday and label of all that one learner did; a learner counts once for each."""
    found = set()
    for seen in sightings:
        is_enrollment = seen.event_type.startswith("edx.course.enrollment.")
        if seen.user_id is None or seen.course is None or seen.source == "task" or is_enrollment:
            continue
        monday = monday_of(seen.day)
        found.add((seen.course, monday, "ACTIVE"))
        if seen.kind == "play_video":
            found.add((seen.course, monday, "PLAYED_VIDEO"))
        elif seen.kind == "problem_check":
            found.add((seen.course, monday, "ATTEMPTED_PROBLEM"))
        elif seen.kind in POSTS:
            found.add((seen.course, monday, "POSTED_FORUM"))
    return found


def _active_weeks(sightings: list[Sighting]) -> set[tuple[int, str]]:
    """Monday and username of the weeks with any event at all."""
    return {(monday_of(seen.day), seen.username) for seen in sightings if seen.username is not None}


def _write_csv(path: Path, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    texts = sorted(tuple(csv_text(value) for value in row) for row in rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(texts)
