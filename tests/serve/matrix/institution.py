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

from studium.serve.rights import Principal, Role, guard_query
from studium.vocabulary import PARTS, Table, TableColumn

Cell = tuple[str, str, tuple[Any, ...]]  # dataset, column, key
Row = dict[str, Any]
LAST = date(2024, 3, 31)
DAYS = [LAST - timedelta(days) for days in (21, 14, 7, 1, 0)]
MEDIANS = {"viewed": "viewed_sum", "explored": "explored_sum", "certified": "certified_sum"}
PARTS_OF_DAYS = {
    "course_enrollment_mode_daily": "mode",
    "course_enrollment_gender_daily": "gender",
    "course_enrollment_education_level_daily": "education_level",
    "course_enrollment_birth_year_daily": "birth_year",
    "course_enrollment_location_current": "country_code",
}
BROAD: dict[str, Callable[[Row], bool]] = {
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
# What a report counts of a course, as parts of its breakdowns.
LOGGED: dict[str, tuple[str, tuple[str | None, ...]]] = {
    "n_male": ("gender", ("m",)),
    "n_female": ("gender", ("f",)),
    "n_bachplus_in_reg": ("education_level", ("b",)),
    "n_not_bachplus_in_reg": ("education_level", ("hs", "m", None)),
    "n_verified_id": ("mode", ("verified",)),
    "n_missing_cc": ("country_code", (None,)),
}
GEOGRAPHY = {
    "nregistered": "registered_sum",
    "nviewed": "viewed_sum",
    "nexplored": "explored_sum",
    "ncertified": "certified_sum",
    "nverified": "n_verified_id",
}


Parts = dict[tuple[str, str], list[int]]
_SUBJECTS = ("history", "mathematics", "music")
_TAKES: dict[str, Callable[[Row], bool]] = {
    "registrations": lambda it: True,
    "verified_registrations": BROAD["n_verified_id"],
    "certificates": BROAD["certified_sum"],
    "verified_certificates": lambda it: BROAD["n_verified_id"](it) and it["certified"],
}


@dataclass
class Institution:
    """`true` and `shown` are the same cells; of those that are hidden, `shown` has None.

    `subjects` are those of each course; `parts` what each course adds to the totals of a dataset, by column and row.
    """

    people: list[Row]
    tables: dict[str, list[Row]]
    keys: dict[str, list[str]]
    subjects: dict[str, set[str]]
    parts: dict[str, Parts]
    true: dict[Cell, int] = field(default_factory=dict)
    shown: dict[Cell, Any] = field(default_factory=dict)

    @property
    def hidden(self) -> set[Cell]:
        return {cell for cell, value in self.true.items() if self.shown.get(cell) is None}


def make_institution(seed: int, models: list[Table]) -> Institution:
    """A few courses of very different sizes, and all the datasets of them."""
    chance = random.Random(seed)
    sizes = [chance.choice((2, 6, 11, 14, 25, 60, 150)) for _ in range(chance.randint(2, 5))]
    people = [make_person(chance, f"U/C{n}/1") for n, size in enumerate(sizes) for _ in range(size)]
    subjects = {
        f"U/C{n}/1": {it for it in _SUBJECTS if chance.random() < 0.5} for n, _ in enumerate(sizes)
    }
    return institution_of(people, subjects, models)


def institution_of(
    people: list[Row], subjects: dict[str, set[str]], models: list[Table]
) -> Institution:
    """All datasets of these people."""
    made = Institution(people, {}, {}, subjects, _parts(people, subjects))
    for name, key, rows in (*_datasets(people), _take_rates(people, subjects)):
        made.tables[name], made.keys[name] = list(rows), key
    known = {model.name: model for model in models}
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as release")
        _write_parts(made.parts, connection)
        for name in made.tables:
            _show(made, known[name], connection)
    return made


def make_person(chance: random.Random, course: str) -> Row:
    """Somebody in a course."""
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
    for name, part in PARTS_OF_DAYS.items():
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
    return sum(map(BROAD[column], members))


def _reports(people: list[Row]) -> Iterator[tuple[str, list[str], list[Row]]]:
    courses = [
        key | {column: _number(members, column) for column in BROAD}
        for key, members in _groups(people, "course_id")
    ]
    for name in ("broad_stats_by_course", "populations_stats_by_course", "course_summary_stats"):
        yield name, ["course_id"], courses
    for kind, column in MEDIANS.items():
        rows = [{"course_id": it["course_id"], "n_records": it[column]} for it in courses]
        yield f"{kind}_median_stats_by_course", ["course_id"], rows
    totals = {column: sum(it[column] for it in courses) for column in BROAD}
    yield "overall_stats", [], [totals | {"course_registrations": totals["registered_sum"]}]
    countries = [
        {"cc": key["country_code"]} | {it: _number(found, of) for it, of in GEOGRAPHY.items()}
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


def _take_rates(
    people: list[Row], subjects: dict[str, set[str]]
) -> tuple[str, list[str], list[Row]]:
    """Everybody is in one course, so that a subject has as many learners as registrations."""
    rows = []
    for subject in _SUBJECTS:
        members = [it for it in people if subject in subjects[it["course_id"]]]
        counts = {column: sum(map(of, members)) for column, of in _TAKES.items()}
        if members:
            rows.append({"subject_id": subject, "learners": len(members)} | counts)
    return "subject_take_rates", ["subject_id"], rows


def _parts(people: list[Row], subjects: dict[str, set[str]]) -> dict[str, Parts]:
    """Of how many people each course's part tells; subjects share courses, so that the smallest alone decides."""
    courses = {key["course_id"]: members for key, members in _groups(people, "course_id")}
    cells = {
        (column, course): [_beside(members, column) or 0]
        for column in LOGGED
        for course, members in courses.items()
    }

    def told(course: str, column: str) -> int:
        number = _number(courses[course], column)
        return min(number, cells.get((column, course), [0])[0] or number)

    overall = {(column, "*"): [told(course, column) for course in courses] for column in BROAD}
    countries = {
        (column, "*"): [told(course, of) for course in courses] for column, of in GEOGRAPHY.items()
    }
    located = {course: _bounds(members, "country_code") for course, members in courses.items()}
    for column, of in GEOGRAPHY.items():
        for key, members in _groups(people, "course_id", "country_code"):
            number, country = _number(members, of), key["country_code"]
            if column == "nregistered":
                number = min(number, located[key["course_id"]][country])
            countries.setdefault((column, f"{country or ''}|"), []).append(number)
    rates = Parts()
    for column, takes in (("learners", _TAKES["registrations"]), *_TAKES.items()):
        for subject in _SUBJECTS:
            found = [course for course in courses if subject in subjects[course]]
            numbers = [sum(map(takes, courses[course])) for course in found]
            if column == "verified_registrations":
                numbers = [told(course, "n_verified_id") for course in found]
            rates[column, subject] = sorted(filter(None, numbers))[:1]
    return {
        "overall_stats": overall,
        "geographic_distributions": countries,
        "subject_take_rates": rates,
        "broad_stats_by_course": cells,
        "course_summary_stats": cells,
        "populations_stats_by_course": cells,
    }


def _beside(members: list[Row], column: str) -> int | None:
    """The least bound of the cells of which a report tells the number; None without such a cell."""
    part, values = LOGGED[column]
    bounds = _bounds(members, part)
    return min((bounds[value] for value in values if value in bounds), default=None)


def _bounds(members: list[Row], part: str) -> dict[str | None, int]:
    """Each cell of a breakdown, and the number that a limit must be above to hide it."""
    cells = sorted((len(found), *_last(key[part])) for key, found in _groups(members, part))
    bounds = {}
    for place, (number, _, value) in enumerate(cells):
        before = sum(it[0] for it in cells[:place])
        bounds[value] = cells[0][0] if place < 2 else min(number, before)
    return bounds


def _last(value: str | None) -> tuple[bool, str | None]:
    return (value is None, value)


def _write_parts(parts: dict[str, Parts], connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        f"create table release.main.{PARTS} "
        "(dataset varchar, column_name varchar, group_key varchar, smallest bigint, next_smallest bigint)"
    )
    for dataset, found in parts.items():
        for (column, row), numbers in found.items():
            least, *others = [*sorted(filter(None, numbers)), None, None]
            if least:
                given = [dataset, column, row, least, others[0]]
                connection.execute(
                    f"insert into release.main.{PARTS} values (?, ?, ?, ?, ?)", given
                )


def _show(made: Institution, model: Table, connection: duckdb.DuckDBPyConnection) -> None:
    """Keep each cell as it is and as an institution viewer sees it, by the guard and the model's own rights."""
    columns = [(column.name, column.type) for column in model.columns]
    rows, key = made.tables[model.name], made.keys[model.name]
    view = Principal(7, "viewer", Role.INSTITUTION_VIEWER).view(10)
    described = [
        TableColumn(name, "BIGINT" if kind == "bigint" else kind) for name, kind in columns
    ]
    table = Table(model.name, 0, "", columns=described, rights=model.rights)
    types = ", ".join(f'"{it}" {"varchar" if kind == "string" else kind}' for it, kind in columns)
    connection.execute(f'create table release.main."{model.name}" ({types})')
    given = [name for name, _ in columns if name in rows[0]]
    connection.executemany(
        f'insert into release.main."{model.name}" ({", ".join(given)}) values ({", ".join("?" * len(given))})',
        [[row[name] for name in given] for row in rows],
    )
    shown_as = [*key, *(name for name in given if name not in key)]
    sql = f"select {', '.join(shown_as)} from {model.name}"
    tables = {model.name: table, PARTS: Table(PARTS, 0, "")}
    found = connection.execute(guard_query(sql, tables, view).sql).fetchall()
    seen = [dict(zip(shown_as, row, strict=True)) for row in found]
    counts = {name for row in rows for name, value in row.items() if isinstance(value, int)}
    for target, source in ((made.true, rows), (made.shown, seen)):
        for row in source:
            for name in (counts & set(given)) - set(key):
                target[model.name, name, tuple(row[part] for part in key)] = row[name]
