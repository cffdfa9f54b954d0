"""Enrolment of a course by day: in all, and by mode, gender, age, education or country.

Enters: a reader, a course, days. Leaves: `EnrollmentCount` rows. NULL of a group is `unknown` in none
of them: it stays null, as the dataset has it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query

from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all
from studium.serve.web.days import AskedDays, Days

router = APIRouter(prefix="/api/v1", tags=["enrolment"])


class Breakdown(StrEnum):
    """By what enrolment is counted."""

    ALL = "all"
    MODE = "mode"
    GENDER = "gender"
    AGE = "age"
    EDUCATION = "education"
    COUNTRY = "country"


DATASETS = {
    Breakdown.ALL: "course_enrollment_daily",
    Breakdown.MODE: "course_enrollment_mode_daily",
    Breakdown.GENDER: "course_enrollment_gender_daily",
    Breakdown.AGE: "course_enrollment_birth_year_daily",
    Breakdown.EDUCATION: "course_enrollment_education_level_daily",
    Breakdown.COUNTRY: "course_enrollment_location_current",
}
_COLUMNS = {
    Breakdown.ALL: "cast(null as varchar)",
    Breakdown.MODE: "mode",
    Breakdown.GENDER: "gender",
    Breakdown.AGE: "cast(birth_year as varchar)",
    Breakdown.EDUCATION: "education_level",
    Breakdown.COUNTRY: "country_code",
}


@dataclass(frozen=True)
class EnrollmentCount:
    """Learners of a group on a day; `group` is a mode, gender, year of birth, education level or country code."""

    date: date
    group: str | None
    count: int | None
    cumulative_count: int | None


def read_enrollment(
    reader: Reader,
    course_id: str,
    by: Breakdown = Breakdown.ALL,
    days: Days | None = None,
) -> list[EnrollmentCount]:
    """Enrolment by date and group; empty where the release has no such dataset."""
    dataset = DATASETS[by]
    if not reader.has(dataset):
        return []
    sql = (
        f'select date, {_COLUMNS[by]} as "group", count, cumulative_count from {dataset} '
        "where course_id = $course_id and date >= $start and date < $end "
        'order by date, "group" nulls last'
    )
    rows = reader.rows(sql, {"course_id": course_id, **(days or Days()).values})
    return [EnrollmentCount(**row) for row in rows]


def latest(rows: list[EnrollmentCount]) -> list[EnrollmentCount]:
    """The rows of the last day, the largest group first."""
    last = max((row.date for row in rows), default=None)
    return sorted(
        (row for row in rows if row.date == last),
        key=lambda row: (-(row.count or 0), row.group or "~"),
    )


@router.get("/courses/{course_id:course}/enrollment", response_model=Listing[EnrollmentCount])
@rule(Rule.COURSE)
def enrollment(
    course_id: str,
    reader: Reading,
    page: Paging,
    days: AskedDays,
    by: Annotated[Breakdown, Query(description="What groups are counted.")] = Breakdown.ALL,
) -> Any:
    """Enrolment of each day; `count` at the end of the day, `cumulative_count` ever."""
    rows = read_enrollment(reader, course_id, by, days)
    return answer_all(reader, EnrollmentCount, rows, page)
