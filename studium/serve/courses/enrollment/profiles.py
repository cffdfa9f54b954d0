"""Who the learners of a course say they are: age, education, gender; and where they come from.

Enters: a reader. Leaves: counts by group, for everybody who has a row in person_course; for roles that see no
learners of those enrolled, as the datasets of counts have them.
"""

from typing import Any

from studium.serve.asking import ask
from studium.serve.courses.enrollment.answers import DATASETS, Breakdown, latest, read_enrollment
from studium.serve.drawing.wording import share, total
from studium.serve.insights.enrollment import countries
from studium.serve.release import Reader

_BIRTHS = """
    select YoB as birth_year, count(*) as learners
    from person_course where course_id = $course_id and YoB is not null
    group by YoB order by YoB desc
"""
_EDUCATION = """
    select LoE as code, count(*) as learners
    from person_course where course_id = $course_id group by LoE
"""
_GENDER = """
    select gender as code, count(*) as learners
    from person_course where course_id = $course_id group by gender
"""
_COUNTRIES = """
    select cc_by_ip as code, coalesce(min(countryLabel), 'Unknown') as country, count(*) as learners
    from person_course where course_id = $course_id
    group by cc_by_ip order by learners desc, cc_by_ip
"""
_DEGREES = {
    "none": "no schooling",
    "el": "primary",
    "jhs": "junior secondary",
    "hs": "secondary",
    "a": "associate",
    "b": "bachelor's",
    "m": "master's",
    "p": "doctorate",
    "other": "other",
}
# How the pipeline's datasets of counts call the same.
_LEVELS = {
    "none": "no schooling",
    "primary": "primary",
    "junior_secondary": "junior secondary",
    "secondary": "secondary",
    "associates": "associate",
    "bachelors": "bachelor's",
    "masters": "master's",
    "doctorate": "doctorate",
    "other": "other",
}
_COLUMNS = {
    Breakdown.AGE: ("YoB",),
    Breakdown.EDUCATION: ("LoE",),
    Breakdown.GENDER: ("gender",),
    Breakdown.COUNTRY: ("cc_by_ip", "countryLabel"),
}
_DOCTORATES = {"p_se", "p_oth"}
_GENDERS = {"f": "women", "m": "men", "o": "other"}
_NOT_TOLD = "not told"
_OLDEST = 100


def sources_of(reader: Reader, by: Breakdown) -> tuple[str, ...]:
    """The columns that a breakdown is made from, for this viewer."""
    columns = tuple(f"person_course.{name}" for name in _COLUMNS[by])
    if reader.has("person_course"):
        return columns
    return (DATASETS[by], f"{DATASETS[by]}.count")


def age_rows(reader: Reader, course_id: str) -> list[dict[str, Any]]:
    """Learners by age at `as_of`, one row per year of age from the youngest to the oldest; absurd ages left out."""
    if reader.as_of is None:
        return []
    births = ask(reader, "person_course.YoB", _BIRTHS, {"course_id": course_id})
    by_year = {row["birth_year"]: row["learners"] for row in births}
    if not births:
        found = _enrolled(reader, course_id, Breakdown.AGE)
        by_year = {int(year): learners for year, learners in found.items() if year}
    ages = {reader.as_of.year - year: learners for year, learners in by_year.items()}
    known = {age: learners for age, learners in ages.items() if 0 <= age <= _OLDEST}
    if not known:
        return []
    years = range(min(known), max(known) + 1)
    rows = [{"age": age, "learners": known.get(age, 0)} for age in years]
    return reader.suppress(rows, "learners")


def median_age(ages: list[dict[str, Any]]) -> int | None:
    """The age that half of the learners have not passed; None where ages of some are hidden."""
    if any(row["learners"] is None for row in ages):
        return None
    left = sum(row["learners"] for row in ages) / 2
    for row in ages:
        left -= row["learners"]
        if left <= 0:
            age: int = row["age"]
            return age
    return None


def education_rows(reader: Reader, course_id: str) -> list[dict[str, Any]]:
    """Learners by highest degree, the lowest first, those who told none last."""
    totals = dict.fromkeys([*_DEGREES.values(), _NOT_TOLD], 0)
    rows = ask(reader, "person_course.LoE", _EDUCATION, {"course_id": course_id})
    for row in rows:
        code = "p" if row["code"] in _DOCTORATES else row["code"]
        totals[_DEGREES.get(code, _NOT_TOLD)] += row["learners"]
    if rows:
        return _groups(reader, totals)
    return _named(_enrolled(reader, course_id, Breakdown.EDUCATION), _LEVELS)


def gender_rows(reader: Reader, course_id: str) -> list[dict[str, Any]]:
    """Learners by gender, those who told none last."""
    totals = dict.fromkeys([*_GENDERS.values(), _NOT_TOLD], 0)
    rows = ask(reader, "person_course.gender", _GENDER, {"course_id": course_id})
    for row in rows:
        totals[_GENDERS.get(row["code"], _NOT_TOLD)] += row["learners"]
    if rows:
        return _groups(reader, totals)
    return _named(_enrolled(reader, course_id, Breakdown.GENDER), _GENDERS)


def country_rows(reader: Reader, course_id: str) -> list[dict[str, Any]]:
    """Learners by country, the most frequent first, the unknown last."""
    rows = reader.suppress(
        ask(
            reader,
            "person_course.cc_by_ip person_course.countryLabel",
            _COUNTRIES,
            {"course_id": course_id},
        ),
        "learners",
    )
    rows = rows or _enrolled_countries(reader, course_id)
    whole = total(row["learners"] for row in rows)
    shared = [row | {"share": share(row["learners"], whole)} for row in rows]
    return sorted(shared, key=lambda row: row["code"] is None)


def _groups(reader: Reader, totals: dict[str, int]) -> list[dict[str, Any]]:
    rows = [{"group": group, "learners": learners} for group, learners in totals.items()]
    return reader.suppress(rows, "learners")


def _enrolled(reader: Reader, course_id: str, by: Breakdown) -> dict[str | None, int | None]:
    """Enrolled learners by group on the last day; hidden counts are None already."""
    return {row.group: row.count for row in latest(read_enrollment(reader, course_id, by))}


def _named(counts: dict[str | None, int | None], names: dict[str, str]) -> list[dict[str, Any]]:
    """Groups in the order of their names, those who told none last."""
    if not counts:
        return []
    rows: list[dict[str, Any]] = [
        {"group": name, "learners": counts.get(code, 0)} for code, name in names.items()
    ]
    others = [learners for code, learners in counts.items() if code not in names]
    return [*rows, {"group": _NOT_TOLD, "learners": total(others)}]


def _enrolled_countries(reader: Reader, course_id: str) -> list[dict[str, Any]]:
    found = _enrolled(reader, course_id, Breakdown.COUNTRY)
    known = {code: countries()[code]["name"] for code in found if code and code in countries()}
    rows: list[dict[str, Any]] = [
        {"code": code, "country": name, "learners": found[code]} for code, name in known.items()
    ]
    others = [learners for code, learners in found.items() if code not in known]
    unknown = {"code": None, "country": "Unknown", "learners": total(others)}
    return [*rows, unknown] if others else rows
