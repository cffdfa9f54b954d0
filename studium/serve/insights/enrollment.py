"""courses/{id}/enrollment/ and its demographics.

Enters: enrolment by day of a release. Leaves: rows with the fields of the edX Analytics Data API.
"""

import csv
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response

from studium.serve.insights.contract import (
    AskedDates,
    Dates,
    created,
    insights_router,
    known,
    only_latest,
    plus,
    rows_answer,
)
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = insights_router()
MODES = ("audit", "credit", "honor", "professional", "verified", "masters")
_GENDERS = {"f": "female", "m": "male", "o": "other"}
_COUNTRIES = Path(__file__).with_name("countries.csv")


def _read(reader: Reader, dataset: str, course_id: str, dates: Dates) -> list[dict[str, Any]]:
    known(reader, dataset)
    sql = (
        f"select * from {dataset} where course_id = $course_id "
        "and ($is_given and date >= $start and date < $end or not $is_given and date = "
        f"(select max(date) from {dataset} where course_id = $course_id)) order by all"
    )
    return reader.rows(sql, {"course_id": course_id, **dates.values})


@cache
def countries() -> dict[str, dict[str, str | None]]:
    """ISO 3166 names and codes by the code of two letters."""
    with _COUNTRIES.open(encoding="utf-8", newline="") as stream:
        return {row["alpha2"]: dict(row) for row in csv.DictReader(stream)}


@router.get("/courses/{course_id:course}/enrollment/")
@rule(Rule.COURSE)
def enrollment(request: Request, course_id: str, reader: Reading, dates: AskedDates) -> Response:
    """Learners by day."""
    rows = [
        {
            "course_id": course_id,
            "date": row["date"],
            "count": row["count"],
            "created": created(reader),
        }
        for row in _read(reader, "course_enrollment_daily", course_id, dates)
    ]
    return rows_answer(request, rows, f"{course_id}--enrollment")


@router.get("/courses/{course_id:course}/enrollment/mode/")
@rule(Rule.COURSE)
def by_mode(request: Request, course_id: str, reader: Reading, dates: AskedDates) -> Response:
    """Learners by day and mode; professional includes no-id-professional."""
    days: dict[Any, dict[str, Any]] = {}
    for row in _read(reader, "course_enrollment_mode_daily", course_id, dates):
        day = days.setdefault(
            row["date"],
            {
                "course_id": course_id,
                "date": row["date"],
                "count": 0,
                "cumulative_count": 0,
                "created": created(reader),
                **dict.fromkeys(MODES, 0),
            },
        )
        mode = "professional" if row["mode"] == "no-id-professional" else row["mode"]
        day["count"] = plus(day["count"], row["count"])
        day["cumulative_count"] = plus(day["cumulative_count"], row["cumulative_count"])
        if mode in MODES:
            day[mode] = plus(day[mode], row["count"])
    return rows_answer(request, days.values(), f"{course_id}--enrollment-mode")


@router.get("/courses/{course_id:course}/enrollment/birth_year/")
@rule(Rule.COURSE)
def by_birth_year(request: Request, course_id: str, reader: Reading, dates: AskedDates) -> Response:
    """Learners by day and year of birth."""
    rows = _grouped(reader, course_id, dates, "birth_year", "course_enrollment_birth_year_daily")
    return rows_answer(request, rows, f"{course_id}--enrollment-birth-year")


@router.get("/courses/{course_id:course}/enrollment/education/")
@rule(Rule.COURSE)
def by_education(request: Request, course_id: str, reader: Reading, dates: AskedDates) -> Response:
    """Learners by day and level of education."""
    rows = _grouped(
        reader, course_id, dates, "education_level", "course_enrollment_education_level_daily"
    )
    return rows_answer(request, rows, f"{course_id}--enrollment-education")


@router.get("/courses/{course_id:course}/enrollment/gender/")
@rule(Rule.COURSE)
def by_gender(request: Request, course_id: str, reader: Reading, dates: AskedDates) -> Response:
    """Learners by day, with a count for each gender."""
    days: dict[Any, dict[str, Any]] = {}
    for row in _read(reader, "course_enrollment_gender_daily", course_id, dates):
        day = days.setdefault(
            row["date"],
            {
                "course_id": course_id,
                "date": row["date"],
                "created": created(reader),
                **dict.fromkeys((*_GENDERS.values(), "unknown"), 0),
            },
        )
        gender = _GENDERS.get(row["gender"], "unknown")
        day[gender] = plus(day[gender], row["count"])
    return rows_answer(request, days.values(), f"{course_id}--enrollment-gender")


@router.get("/courses/{course_id:course}/enrollment/location/")
@rule(Rule.COURSE)
def by_location(request: Request, course_id: str, reader: Reading, dates: AskedDates) -> Response:
    """Learners by day and country; codes that are none are one country, UNKNOWN."""
    found = _read(reader, "course_enrollment_location_current", course_id, dates)
    counts: dict[tuple[Any, str], int | None] = {}
    for row in only_latest(found, "date", dates):
        code = row["country_code"] if row["country_code"] in countries() else ""
        counts[row["date"], code] = plus(counts.get((row["date"], code), 0), row["count"])
    unknown = {"alpha2": None, "alpha3": None, "name": "UNKNOWN"}
    rows = [
        {
            "date": date,
            "course_id": course_id,
            "country": countries().get(code, unknown),
            "count": count,
            "created": created(reader),
        }
        for (date, code), count in sorted(counts.items(), key=lambda item: item[0])
    ]
    return rows_answer(request, rows, f"{course_id}--enrollment-location")


def _grouped(
    reader: Reader, course_id: str, dates: Dates, group: str, dataset: str
) -> list[dict[str, Any]]:
    return [
        {
            "course_id": course_id,
            "date": row["date"],
            group: row[group],
            "count": row["count"],
            "created": created(reader),
        }
        for row in _read(reader, dataset, course_id, dates)
    ]
