"""Truth per learner, course and day: the columns of person_course_day, and learner-days.

Enters: one learner's sightings in order of time. Leaves: rows for CSV. Definitions:
specs/edx_person_course.md 2.12 in `fixed` mode, docs/simulation.md.
"""

from collections import Counter
from dataclasses import dataclass, field
from math import sqrt

from studium.simulate.courses.facts import DAY, ENROLLMENTS, SECOND, day_text
from studium.simulate.courses.truth.sightings import Sighting, timestamp_text

GAP_LIMIT = 300 * SECOND
"""A longer gap to the previous event is a break, not time spent; exactly this long counts."""

COUNTERS = {
    "url_progress": "nprogcheck",
    "showanswer": "nshow_answer",
    "play_video": "nvideo",
    "problem_input": "nproblem_check",
    "problem_check": "nproblem_check",
    "url_forum": "nforum",
    "url_thread": "nforum",
    "show_transcript": "ntranscript",
    "seq_goto": "nseq_goto",
    "seek_video": "nseek_video",
    "pause_video": "npause_video",
}
COUNTED = tuple(dict.fromkeys(COUNTERS.values()))

PERSON_COURSE_DAY = (
    "username", "course_id", "date", "nevents", *COUNTED, "first_event", "last_event",
    "avg_dt", "sdv_dt", "max_dt", "n_dt", "sum_dt",
)  # fmt: skip
LEARNER_DAY = ("username", "date", "events", "seconds", "videos", "problems", "enrollments")

Row = tuple[object, ...]


@dataclass
class _Day:
    """What one learner did in one course on one day; gaps in microseconds."""

    first: int
    last: int = 0
    events: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    gaps: list[int] = field(default_factory=list)


def person_course_days(sightings: list[Sighting]) -> list[Row]:
    """Rows of PERSON_COURSE_DAY.

    Events without a username, without a valid course or with `/xblock/` in their type neither
    count nor end a gap. A gap belongs to the day of its later event.
    """
    days: dict[tuple[str, int], _Day] = {}
    previous: dict[str, int] = {}
    for seen in sightings:
        if seen.username is None or seen.course is None or "/xblock/" in seen.event_type:
            continue
        day = days.setdefault((seen.course, seen.day), _Day(first=seen.time))
        day.last = seen.time
        day.events += 1
        counter = COUNTERS.get(seen.kind)
        if counter:
            day.counts[counter] += 1
        before = previous.get(seen.course)
        if before is not None and seen.time - before <= GAP_LIMIT:
            day.gaps.append(seen.time - before)
        previous[seen.course] = seen.time
    name = _name_of(sightings)
    return [_day_row(name, course, date, day) for (course, date), day in days.items()]


def _name_of(sightings: list[Sighting]) -> str:
    return next((seen.username for seen in sightings if seen.username is not None), "")


def _day_row(username: str, course: str, date: int, day: _Day) -> Row:
    seconds = [gap / SECOND for gap in day.gaps]
    total = sum(day.gaps) / SECOND
    mean = total / len(seconds) if seconds else None
    deviation = None
    if mean is not None and len(seconds) > 1:
        squares = sum((gap - mean) ** 2 for gap in seconds)
        deviation = sqrt(squares / (len(seconds) - 1))
    return (
        username, course, day_text(date), day.events, *(day.counts[name] for name in COUNTED),
        timestamp_text(day.first), timestamp_text(day.last),
        mean, deviation, max(seconds, default=None), len(seconds), total if seconds else None,
    )  # fmt: skip


def learner_days(sightings: list[Sighting], course_days: list[Row]) -> list[Row]:
    """Rows of LEARNER_DAY: all named events of a day, and the time spent in all courses.

    `videos` are plays, `problems` graded submissions, `enrollments` activations.
    """
    counts: dict[int, Counter[str]] = {}
    for seen in sightings:
        if seen.username is None:
            continue
        count = counts.setdefault(seen.time // DAY, Counter())
        count["events"] += 1
        count["videos"] += seen.kind == "play_video"
        count["problems"] += seen.kind == "problem_check"
        count["enrollments"] += seen.event_type == ENROLLMENTS["activated"]
    date, total = PERSON_COURSE_DAY.index("date"), PERSON_COURSE_DAY.index("sum_dt")
    microseconds: Counter[object] = Counter()
    for row in course_days:
        spent = row[total]
        microseconds[row[date]] += round(spent * SECOND) if isinstance(spent, float) else 0
    name = _name_of(sightings)
    rows: list[Row] = []
    for day, count in counts.items():
        seconds = microseconds[day_text(day)] / SECOND
        done = (count["videos"], count["problems"], count["enrollments"])
        rows.append((name, day_text(day), count["events"], seconds, *done))
    return rows
