"""What a reader of all datasets of an institution knows of how their cells add up.

Enters: an invented `Institution`. Leaves: equations: the parts of each whole, the same count in two datasets, sums
over courses, what the log and the database both count.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tests.serve.matrix.institution import (
    BROAD,
    GEOGRAPHY,
    LAST,
    LOGGED,
    MEDIANS,
    PARTS_OF_DAYS,
    Cell,
    Institution,
)

_PAIRS = {
    "registered_sum": [
        ("n_male", "n_female"),
        ("n_bachplus_in_reg", "n_not_bachplus_in_reg"),
        ("n_have_ip", "n_missing_cc"),
    ],
    "viewed_sum": [
        ("n_male_viewed", "n_female_viewed"),
        ("n_bachplus_in_viewed", "n_not_bachplus_in_viewed"),
    ],
    "n_verified_id": [("verified_n_male", "verified_n_female")],
}
Equation = dict[Cell, int]  # what these cells, each so many times, add up to is zero


def equations(made: Institution) -> Iterator[Equation]:
    """What a reader of all datasets knows of how their cells add up; a row that is not there is nobody."""
    columns = {cell[:2] for cell in made.true}
    for equation in (*_of_parts(made), *_of_summaries(made), *_of_reports(made), *_of_weeks(made)):
        if {cell[:2] for cell in equation} <= columns:
            yield {cell: times for cell, times in equation.items() if cell in made.true}


def _of_parts(made: Institution) -> Iterator[Equation]:
    wholes: dict[tuple[str, str, tuple[Any, ...]], list[Cell]] = {}
    for name, column, key in made.true:
        if name in PARTS_OF_DAYS:
            wholes.setdefault((name, column, key[:2]), []).append((name, column, key))
    for (_, column, day), cells in wholes.items():
        yield {("course_enrollment_daily", column, day): -1} | dict.fromkeys(cells, 1)


def _of_summaries(made: Institution) -> Iterator[Equation]:
    name, daily = "course_meta_summary_enrollment", "course_enrollment_mode_daily"
    passing: dict[str, Equation] = {}
    for row in made.tables[name]:
        course, mode = row["course_id"], row["enrollment_mode"]
        for column in ("count", "cumulative_count"):
            yield {(name, column, (course, mode)): 1, (daily, column, (course, LAST, mode)): -1}
        before = (daily, "count", (course, LAST - timedelta(7), mode))
        change = (name, "count_change_7_days", (course, mode))
        yield {(name, "count", (course, mode)): 1, change: -1, before: -1}
        grade = ("course_grade_by_mode", "passing_users", (course, mode))
        yield {(name, "passing_users", (course, mode)): 1, grade: -1}
        passing.setdefault(course, {})[grade] = 1
    for course, equation in passing.items():
        yield equation | {("broad_stats_by_course", "certified_sum", (course,)): -1}


def _of_reports(made: Institution) -> Iterator[Equation]:
    broad, courses = "broad_stats_by_course", made.tables["nregistered_by_wrap"]
    keys = [(it["course_id"],) for it in courses]
    for column in BROAD:
        yield {("overall_stats", column, ()): -1} | {(broad, column, key): 1 for key in keys}
    for column, whole in GEOGRAPHY.items():
        name, countries = "geographic_distributions", made.tables["geographic_distributions"]
        cells = {(name, column, (it["cc"],)): 1 for it in countries}
        yield {("overall_stats", whole, ()): -1} | cells
    yield from _of_pairs("overall_stats", ())
    yield from _of_logs(made)
    yield from _of_subjects(made)
    for key in keys:
        yield from _of_pairs(broad, key)
        yield from _of_copies(broad, key)


def _of_logs(made: Institution) -> Iterator[Equation]:
    """Where all came by the log, it counts what the database counts."""
    broad, part = "broad_stats_by_course", "course_enrollment_{}_daily"
    located = "course_enrollment_location_current"
    for row in made.tables["nregistered_by_wrap"]:
        course = row["course_id"]
        whole = ("course_enrollment_daily", "cumulative_count", (course, LAST))
        yield {(broad, "registered_sum", (course,)): 1, whole: -1}
        for column, (name, values) in LOGGED.items():
            dataset = located if name == "country_code" else part.format(name)
            cells = {(dataset, "cumulative_count", (course, LAST, value)): -1 for value in values}
            yield {(broad, column, (course,)): 1} | cells
    for row in made.tables["geographic_distributions"]:
        cells = {
            (located, "cumulative_count", (it["course_id"], LAST, row["cc"])): 1
            for it in made.tables["nregistered_by_wrap"]
        }
        yield {("geographic_distributions", "nregistered", (row["cc"],)): -1} | cells


def _of_subjects(made: Institution) -> Iterator[Equation]:
    """A subject has all people of its courses."""
    rates = "subject_take_rates"
    reported = {
        "learners": "registered_sum",
        "registrations": "registered_sum",
        "verified_registrations": "n_verified_id",
        "certificates": "certified_sum",
    }
    for row in made.tables[rates]:
        subject = row["subject_id"]
        courses = [course for course, found in made.subjects.items() if subject in found]
        for column, of in reported.items():
            cells = {("broad_stats_by_course", of, (course,)): 1 for course in courses}
            yield {(rates, column, (subject,)): -1} | cells


def _of_pairs(name: str, key: tuple[Any, ...]) -> Iterator[Equation]:
    for whole, pairs in _PAIRS.items():
        for left, right in pairs:
            yield {(name, left, key): 1, (name, right, key): 1, (name, whole, key): -1}
    both = ("certified_and_explored_sum", "certified_or_explored_sum")
    alone = ("certified_sum", "explored_sum")
    yield {(name, it, key): 1 for it in both} | {(name, it, key): -1 for it in alone}
    if not key:
        yield {(name, "course_registrations", key): 1, (name, "registered_sum", key): -1}


def _of_copies(broad: str, key: tuple[Any, ...]) -> Iterator[Equation]:
    rates = "stats_cert_rates_by_registration"
    copies = [
        *(("populations_stats_by_course", column, column) for column in BROAD),
        *(("course_summary_stats", column, column) for column in BROAD),
        *((f"{kind}_median_stats_by_course", "n_records", of) for kind, of in MEDIANS.items()),
        *((rates, f"n{kind}", f"{kind}_sum") for kind in ("registered", "certified", "viewed")),
        ("nregistered_by_wrap", "nregistered", "registered_sum"),
    ]
    for name, column, of in copies:
        yield {(broad, of, key): 1, (name, column, key): -1}
    wrap = "nregistered_by_wrap"
    yield {(wrap, wrap, key): 1, (rates, wrap, key): -1}
    before, during = "nregistered_before_launch", "nregistered_during_course"
    yield {(rates, before, key): 1, (rates, during, key): 1, (rates, wrap, key): -1}


def _of_weeks(made: Institution) -> Iterator[Equation]:
    """A month of which every week was over has as many learners in each."""
    name = "enrollment_retention"
    for row in made.tables[name]:
        month, week = row["cohort_month"], row["week_number"]
        after = (month + timedelta(32)).replace(day=1)
        if week and after + timedelta(7 * week + 6) <= LAST:
            key = (row["course_id"], month)
            yield {(name, "learners", (*key, week)): 1, (name, "learners", (*key, 0)): -1}
