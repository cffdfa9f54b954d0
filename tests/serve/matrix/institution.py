"""An institution of invented people, and what the release's datasets count of them, as an institution viewer sees it.

Enters: a seed. Leaves: `Cell`s of the datasets, true and as shown; `equations` lists all that a reader knows of
how they add up: the parts of each whole, the same count in two datasets, sums over courses.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import duckdb

from studium.publish import Column, Table
from studium.serve.rights import Principal, Role, guard_query
from studium.warehouse import ModelInfo
from tests.serve.matrix.campus import rights_of

Cell = tuple[str, str, tuple[Any, ...]]  # dataset, column, key
Row = dict[str, Any]
LAST = date(2024, 3, 31)
DAYS = [LAST - timedelta(days) for days in (21, 14, 7, 1, 0)]
MEDIANS = {"viewed": "viewed_sum", "explored": "explored_sum", "certified": "certified_sum"}
_PARTS = {
    "course_enrollment_mode_daily": "mode",
    "course_enrollment_gender_daily": "gender",
    "course_enrollment_education_level_daily": "education_level",
    "course_enrollment_birth_year_daily": "birth_year",
    "course_enrollment_location_current": "country_code",
}
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
_BROAD: dict[str, Callable[[Row], bool]] = {
    "registered_sum": lambda it: True,
    "viewed_sum": lambda it: it["viewed"],
    "explored_sum": lambda it: it["explored"],
    "certified_sum": lambda it: it["certified"],
    "certified_and_explored_sum": lambda it: it["certified"] and it["explored"],
    "certified_or_explored_sum": lambda it: it["certified"] or it["explored"],
    "n_male": lambda it: it["gender"] == "m",
    "n_female": lambda it: it["gender"] == "f",
    "n_male_viewed": lambda it: it["gender"] == "m" and it["viewed"],
    "n_female_viewed": lambda it: it["gender"] == "f" and it["viewed"],
    "n_bachplus_in_reg": lambda it: it["education_level"] == "b",
    "n_not_bachplus_in_reg": lambda it: it["education_level"] != "b",
    "n_bachplus_in_viewed": lambda it: it["education_level"] == "b" and it["viewed"],
    "n_not_bachplus_in_viewed": lambda it: it["education_level"] != "b" and it["viewed"],
    "n_verified_id": lambda it: it["mode"] == "verified",
    "verified_n_male": lambda it: it["mode"] == "verified" and it["gender"] == "m",
    "verified_n_female": lambda it: it["mode"] == "verified" and it["gender"] == "f",
    "n_have_ip": lambda it: it["country_code"] is not None,
    "n_missing_cc": lambda it: it["country_code"] is None,
}
_GEOGRAPHY = {
    "nregistered": "registered_sum",
    "nviewed": "viewed_sum",
    "nexplored": "explored_sum",
    "ncertified": "certified_sum",
    "nverified": "n_verified_id",
}


@dataclass
class Institution:
    """`true` and `shown` are the same cells; of those that are hidden, `shown` has None."""

    people: list[Row]
    tables: dict[str, list[Row]]
    keys: dict[str, list[str]]
    true: dict[Cell, int] = field(default_factory=dict)
    shown: dict[Cell, Any] = field(default_factory=dict)

    @property
    def hidden(self) -> set[Cell]:
        return {cell for cell, value in self.true.items() if self.shown.get(cell) is None}


def make_institution(seed: int, models: list[ModelInfo]) -> Institution:
    """A few courses of very different sizes, and all the datasets of them."""
    chance = random.Random(seed)
    sizes = [chance.choice((2, 6, 11, 14, 25, 60, 150)) for _ in range(chance.randint(2, 5))]
    people = [_person(chance, f"U/C{n}/1") for n, size in enumerate(sizes) for _ in range(size)]
    made = Institution(people, {}, {})
    for name, key, rows in _datasets(people):
        made.tables[name], made.keys[name] = list(rows), key
    known = {model.name: model for model in models}
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as release")
        for name in made.tables:
            _show(made, known[name], connection)
    return made


def _person(chance: random.Random, course: str) -> Row:
    first = LAST - timedelta(int(chance.random() ** 2 * 80))
    viewed = chance.random() < 0.7
    explored = viewed and chance.random() < 0.4
    return {
        "course_id": course,
        "mode": chance.choices(("audit", "verified", "honor"), (80, 15, 8))[0],
        "gender": chance.choices(("m", "f"), (60, 40))[0],
        "education_level": chance.choices(("b", "hs", "m", None), (40, 30, 5, 5))[0],
        "birth_year": chance.choice((1950, 1990, 1991, 2000, 2000, None)),
        "country_code": chance.choices(("DE", "MT", "US", None), (40, 3, 30, 10))[0],
        "first": first,
        "left": first + timedelta(5) if chance.random() < 0.2 else None,
        "viewed": viewed,
        "explored": explored,
        "certified": viewed and chance.random() < 0.15,
        "active": {week for week in range(12) if chance.random() < 0.6 / (week + 1)},
    }


def _groups(people: list[Row], *names: str) -> Iterator[tuple[Row, list[Row]]]:
    found: dict[tuple[Any, ...], list[Row]] = {}
    for it in people:
        found.setdefault(tuple(it[name] for name in names), []).append(it)
    for key, members in sorted(found.items(), key=str):
        yield dict(zip(names, key, strict=True)), members


def _datasets(people: list[Row]) -> Iterator[tuple[str, list[str], list[Row]]]:
    days = [(day, [it for it in people if it["first"] <= day]) for day in DAYS]
    every = [
        {"date": day} | key | _counts(members, day)
        for day, known in days
        for key, members in _groups(known, "course_id")
    ]
    yield "course_enrollment_daily", ["course_id", "date"], every
    for name, part in _PARTS.items():
        rows = [
            {"date": day} | key | _counts(members, day)
            for day, known in days
            for key, members in _groups(known, "course_id", part)
            if day == LAST or not name.endswith("_current")
        ]
        yield name, ["course_id", "date", part], rows
    yield "course_meta_summary_enrollment", ["course_id", "enrollment_mode"], _summaries(people)
    passing = [
        key | {"passing_users": _number(members, "certified_sum")}
        for key, members in _groups(people, "course_id", "mode")
    ]
    yield "course_grade_by_mode", ["course_id", "mode"], passing
    yield "enrollment_retention", ["course_id", "cohort_month", "week_number"], _weeks(people)
    yield from _reports(people)


def _counts(members: list[Row], day: date) -> Row:
    left = [it for it in members if it["left"] and it["left"] <= day]
    return {"count": len(members) - len(left), "cumulative_count": len(members)}


def _summaries(people: list[Row]) -> list[Row]:
    rows = []
    for key, members in _groups(people, "course_id", "mode"):
        before = [it for it in members if it["first"] <= LAST - timedelta(7)]
        now, then = _counts(members, LAST), _counts(before, LAST - timedelta(7))
        rows.append(
            {"course_id": key["course_id"], "enrollment_mode": key["mode"]}
            | now
            | {"count_change_7_days": now["count"] - then["count"]}
            | {"passing_users": _number(members, "certified_sum")}
        )
    return rows


def _weeks(people: list[Row]) -> list[Row]:
    cohorts = [it | {"cohort_month": it["first"].replace(day=1)} for it in people]
    rows = []
    for key, members in _groups(cohorts, "course_id", "cohort_month"):
        for week in range(12):
            over = [it for it in members if it["first"] + timedelta(7 * week + 7) <= LAST]
            active = sum(week in it["active"] for it in over)
            if over:
                counts = {"learners": len(over), "active_learners": active}
                rows.append(key | {"week_number": week} | counts)
    return rows


def _number(members: list[Row], column: str) -> int:
    return sum(map(_BROAD[column], members))


def _reports(people: list[Row]) -> Iterator[tuple[str, list[str], list[Row]]]:
    courses = [
        key | {column: _number(members, column) for column in _BROAD}
        for key, members in _groups(people, "course_id")
    ]
    for name in ("broad_stats_by_course", "populations_stats_by_course", "course_summary_stats"):
        yield name, ["course_id"], courses
    for kind, column in MEDIANS.items():
        rows = [{"course_id": it["course_id"], "n_records": it[column]} for it in courses]
        yield f"{kind}_median_stats_by_course", ["course_id"], rows
    totals = {column: sum(it[column] for it in courses) for column in _BROAD}
    yield "overall_stats", [], [totals | {"course_registrations": totals["registered_sum"]}]
    countries = [
        {"cc": key["country_code"]} | {it: _number(found, of) for it, of in _GEOGRAPHY.items()}
        for key, found in _groups(people, "country_code")
    ]
    yield "geographic_distributions", ["cc"], countries
    launch = LAST - timedelta(30)
    rates = []
    for key, members in _groups(people, "course_id"):
        before = [it for it in members if it["first"] < launch]
        found = {"nregistered": len(members), "nregistered_by_wrap": len(members)}
        found |= {"ncertified": _number(members, "certified_sum")}
        found |= {"nviewed": _number(members, "viewed_sum")}
        found |= {"nregistered_before_launch": len(before)}
        found |= {"nregistered_during_course": len(members) - len(before)}
        rates.append(key | found)
    yield "stats_cert_rates_by_registration", ["course_id"], rates
    yield "nregistered_by_wrap", ["course_id"], rates


def _show(made: Institution, model: ModelInfo, connection: duckdb.DuckDBPyConnection) -> None:
    """Keep each cell as it is and as an institution viewer sees it, by the guard and the model's own rights."""
    columns = [(column.name, column.type) for column in model.columns]
    rows, key = made.tables[model.name], made.keys[model.name]
    view = Principal(7, "viewer", Role.INSTITUTION_VIEWER).view(10)
    described = [Column(name, "BIGINT" if kind == "bigint" else kind) for name, kind in columns]
    table = Table(model.name, 0, "", columns=described, rights=rights_of(model))
    types = ", ".join(f'"{it}" {"varchar" if kind == "string" else kind}' for it, kind in columns)
    connection.execute(f'create table release.main."{model.name}" ({types})')
    given = [name for name, _ in columns if name in rows[0]]
    connection.executemany(
        f'insert into release.main."{model.name}" ({", ".join(given)}) values ({", ".join("?" * len(given))})',
        [[row[name] for name in given] for row in rows],
    )
    shown_as = [*key, *(name for name in given if name not in key)]
    sql = f"select {', '.join(shown_as)} from {model.name}"
    found = connection.execute(guard_query(sql, {model.name: table}, view).sql).fetchall()
    seen = [dict(zip(shown_as, row, strict=True)) for row in found]
    counts = {name for row in rows for name, value in row.items() if isinstance(value, int)}
    for target, source in ((made.true, rows), (made.shown, seen)):
        for row in source:
            for name in (counts & set(given)) - set(key):
                target[model.name, name, tuple(row[part] for part in key)] = row[name]


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
        if name in _PARTS:
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
    for column in _BROAD:
        yield {("overall_stats", column, ()): -1} | {(broad, column, key): 1 for key in keys}
    for column, whole in _GEOGRAPHY.items():
        name, countries = "geographic_distributions", made.tables["geographic_distributions"]
        cells = {(name, column, (it["cc"],)): 1 for it in countries}
        yield {("overall_stats", whole, ()): -1} | cells
    yield from _of_pairs("overall_stats", ())
    for key in keys:
        yield from _of_pairs(broad, key)
        yield from _of_copies(broad, key)


def _of_pairs(name: str, key: tuple[Any, ...]) -> Iterator[Equation]:
    for whole, pairs in _PAIRS.items():
        for left, right in pairs:
            yield {(name, left, key): 1, (name, right, key): 1, (name, whole, key): -1}
    both = ("certified_and_explored_sum", "certified_or_explored_sum")
    alone = ("certified_sum", "explored_sum")
    yield {(name, it, key): 1 for it in both} | {(name, it, key): -1 for it in alone}


def _of_copies(broad: str, key: tuple[Any, ...]) -> Iterator[Equation]:
    rates = "stats_cert_rates_by_registration"
    copies = [
        *(("populations_stats_by_course", column, column) for column in _BROAD),
        *(("course_summary_stats", column, column) for column in _BROAD),
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
