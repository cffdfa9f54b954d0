"""Who the learners of a course say they are: age, education, gender; and where they come from.

Enters: a reader. Leaves: counts by group of the learners who are enrolled on the last day, the same for every role
and in the API (`enrollment?by=`) but for what is hidden.
"""

from typing import Any

from studium.serve.courses.enrollment.answers import DATASETS, Breakdown, latest, read_enrollment
from studium.serve.drawing.wording import share, total
from studium.serve.insights.enrollment import countries
from studium.serve.release import Reader

# How the datasets of counts call them.
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
_GENDERS = {"f": "women", "m": "men", "o": "other"}
_NOT_TOLD = "not told"
_OLDEST = 100


def sources_of(by: Breakdown) -> tuple[str, ...]:
    """The dataset that a breakdown is read from, and its column."""
    return (DATASETS[by], f"{DATASETS[by]}.count")


def age_rows(reader: Reader, course_id: str) -> list[dict[str, Any]]:
    """Learners by age at `as_of`, one row per year of age from the youngest to the oldest; absurd ages left out."""
    if reader.as_of is None:
        return []
    found = _enrolled(reader, course_id, Breakdown.AGE)
    by_year = {int(year): learners for year, learners in found.items() if year}
    ages = {reader.as_of.year - year: learners for year, learners in by_year.items()}
    known = {age: learners for age, learners in ages.items() if 0 <= age <= _OLDEST}
    if not known:
        return []
    years = range(min(known), max(known) + 1)
    return [{"age": age, "learners": known.get(age, 0)} for age in years]


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
    return _named(_enrolled(reader, course_id, Breakdown.EDUCATION), _LEVELS)


def gender_rows(reader: Reader, course_id: str) -> list[dict[str, Any]]:
    """Learners by gender, those who told none last."""
    return _named(_enrolled(reader, course_id, Breakdown.GENDER), _GENDERS)


def country_rows(reader: Reader, course_id: str) -> list[dict[str, Any]]:
    """Learners by country, the most frequent first, the unknown last."""
    found = _enrolled(reader, course_id, Breakdown.COUNTRY)
    known = {code: countries()[code]["name"] for code in found if code and code in countries()}
    rows: list[dict[str, Any]] = [
        {"code": code, "country": name, "learners": found[code]} for code, name in known.items()
    ]
    others = [learners for code, learners in found.items() if code not in known]
    if others:
        rows.append({"code": None, "country": "Unknown", "learners": total(others)})
    whole = total(row["learners"] for row in rows)
    return [row | {"share": share(row["learners"], whole)} for row in rows]


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
