"""Truth of enrolments: the daily state, its sums per course and mode, and the summary.

Enters: each learner's enrolment events per course. Leaves: rows for CSV. Definitions:
specs/edx_insights.md 1.1 A-C, where the daily state and the summary disagree on purpose.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

from studium.simulate.courses.facts import MODES, day_text
from studium.simulate.courses.truth.sightings import Sighting, timestamp_text

Row = tuple[object, ...]
Change = tuple[int, str, str]
"""Time in microseconds, kind (activated, deactivated, mode_changed), mode."""
Histories = dict[tuple[str, int], list[Change]]
"""Per course key and user id, in order of time."""

DAILY = ("course_id", "date", "count", "cumulative_count")
MODE_DAILY = ("date", "course_id", "mode", "count", "cumulative_count")
SUMMARY = (
    "course_id", "user_id", "current_enrollment_mode", "current_enrollment_is_active",
    "first_enrollment_mode", "first_enrollment_time", "last_unenrollment_time",
    "first_verified_enrollment_time", "first_credit_enrollment_time", "end_time",
)  # fmt: skip

MICROSECONDS_PER_DAY = 86_400_000_000


def collect_history(sightings: Iterable[Sighting], courses: tuple[str, ...]) -> Histories:
    """One learner's enrolment events; course and user are those of the payload."""
    histories: Histories = defaultdict(list)
    for seen in sightings:
        if seen.user_id is not None and seen.kind in ("activated", "deactivated", "mode_changed"):
            key = (courses[seen.fact.course], seen.user_id)
            histories[key].append((seen.time, seen.kind, MODES[seen.fact.item]))
    return dict(histories)


def daily_states(changes: list[Change], end: int) -> Iterable[tuple[int, bool, str]]:
    """Day, is enrolled, mode: for every day from the first event to the day before `end`.

    Every event sets the mode, even one that leaves the state alone.
    """
    by_day: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        by_day[change[0] // MICROSECONDS_PER_DAY].append(change)
    enrolled, mode = False, "unknown"
    for day in range(min(by_day), end):
        for _, kind, new_mode in by_day.get(day, ()):
            if kind == "activated":
                enrolled = True
            elif kind == "deactivated":
                enrolled = False
            mode = new_mode
        yield day, enrolled, mode


def daily_rows(histories: Histories, end: int) -> tuple[list[Row], list[Row]]:
    """Rows of DAILY and of MODE_DAILY up to the day before `end` (in days since 1970)."""
    enrolled_count: Counter[tuple[str, int, str]] = Counter()
    ever_count: Counter[tuple[str, int, str]] = Counter()
    for (course, _), changes in histories.items():
        for day, enrolled, mode in daily_states(changes, end):
            enrolled_count[course, day, mode] += enrolled
            ever_count[course, day, mode] += 1
    totals: dict[tuple[str, int], tuple[int, int]] = {}
    mode_rows: list[Row] = []
    for (course, day, mode), ever in ever_count.items():
        count = enrolled_count[course, day, mode]
        mode_rows.append((day_text(day), course, mode, count, ever))
        before = totals.get((course, day), (0, 0))
        totals[course, day] = (before[0] + count, before[1] + ever)
    return [(course, day_text(day), *sums) for (course, day), sums in totals.items()], mode_rows


def summary_rows(histories: Histories, end: int) -> list[Row]:
    """Rows of SUMMARY; learners without an effective activation have none."""
    rows = [_summarise(key, changes, end) for key, changes in histories.items()]
    return [row for row in rows if row is not None]


def _summarise(key: tuple[str, int], changes: list[Change], end: int) -> Row | None:
    enrolled = False
    mode = first_mode = ""
    times: dict[str, int] = {}
    for time, kind, new_mode in changes:
        if kind == "activated" and not enrolled:
            enrolled, mode = True, new_mode
            first_mode = first_mode or new_mode
            times.setdefault("first", time)
        elif kind == "deactivated" and enrolled:
            enrolled = False
            times["left"] = time
            continue
        elif kind == "mode_changed" and enrolled:
            mode = new_mode
        else:
            continue
        times.setdefault(mode, time)
    if not first_mode:
        return None
    moments = (times.get(name) for name in ("first", "left", "verified", "credit"))
    texts = (None if moment is None else timestamp_text(moment) for moment in moments)
    return (*key, mode, enrolled, first_mode, *texts, f"{day_text(end)} 00:00:00.000000")
