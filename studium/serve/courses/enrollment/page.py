"""Who enrolls: over time, by mode, age, education, gender and country.

Enters: the key of a course. Leaves: the page at `/courses/{course_id}/enrollment`.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.courses.all_courses.answers import read_course
from studium.serve.courses.enrollment.answers import (
    Breakdown,
    EnrollmentCount,
    read_enrollment,
)
from studium.serve.courses.enrollment.profiles import (
    age_rows,
    country_rows,
    education_rows,
    gender_rows,
    median_age,
    sources_of,
)
from studium.serve.courses.heading import heading_of, show_course
from studium.serve.courses.overview.page import daily_chart
from studium.serve.drawing.charts import Chart, world_map
from studium.serve.drawing.navigation import Tab
from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, people, percent, share, total
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
TAB = Tab("Enrollment", Rule.COURSE, 2)

_UNKNOWN = "The logs of this release enroll nobody in this course."
_WHO = "Of the learners who are enrolled on the last day."


@router.get("/courses/{course_id:course}/enrollment", include_in_schema=False)
@rule(Rule.COURSE)
def enrollment_page(request: Request, course_id: str, reader: Reading) -> Response:
    """Enrollment in all its breakdowns."""
    heading = heading_of(reader, course_id)
    course = read_course(reader, course_id)
    ages = age_rows(reader, course_id)
    countries = country_rows(reader, course_id)
    mode_chart = _mode_chart(read_enrollment(reader, course_id, Breakdown.MODE))
    origin = sources_of(Breakdown.COUNTRY)
    middle = median_age(ages)
    known = len([row for row in countries if row["code"]]) or None
    numbers = figures(
        ("Enrolled now", count(course.enrolled)),
        ("Ever enrolled", count(course.ever_enrolled)),
        ("Median age", count(middle), "of those who told a year of birth"),
        ("Countries", count(known), "by the addresses of their requests"),
    )
    page = Page(
        "courses/enrollment/page.html",
        "Enrollment",
        "courses",
        f"{people(course.enrolled)} enrolled{f', from {known} countries' if known else ''}.",
        charts=(
            daily_chart(reader, course),
            mode_chart,
            _age_chart(ages, middle, sources_of(Breakdown.AGE)),
            _breakdown(reader, course_id, Breakdown.EDUCATION),
            _breakdown(reader, course_id, Breakdown.GENDER),
            _country_chart(countries, origin),
        ),
        tables=(_top_countries(countries, origin),),
        content={"figures": numbers},
    )
    return show_course(request, reader, heading, "enrollment", page)


def _mode_chart(rows: Sequence[EnrollmentCount]) -> Chart:
    """Modes as columns: one row per day."""
    by_day: dict[date, dict[str, Any]] = {}
    for row in rows:
        by_day.setdefault(row.date, {"date": row.date})[str(row.group)] = row.count
    # By their last day: a mode that nobody has any more has no row there.
    totals: dict[str, int | None] = {str(row.group): 0 for row in rows}
    totals |= {str(row.group): row.count for row in rows if row.date == rows[-1].date}
    modes = sorted(totals, key=lambda mode: (-(totals[mode] or 0), mode))
    table = Table(
        "enrollment_mode",
        "Enrollment by mode",
        (
            Column("date", "Date", "date"),
            *(Column(mode, mode.capitalize(), "count") for mode in modes),
        ),
        [dict.fromkeys(modes, 0) | day for day in by_day.values()],
        "Nobody has enrolled yet.",
        ("course_enrollment_mode_daily", "course_enrollment_mode_daily.count"),
    )
    finding = ", ".join(f"{mode} {count(totals[mode])}" for mode in modes)
    return Chart(table, "areas", "date", tuple(modes), f"Now: {finding}." if finding else "")


def _age_chart(ages: list[dict[str, Any]], middle: int | None, sources: tuple[str, ...]) -> Chart:
    table = Table(
        "age",
        "Age",
        (Column("age", "Age"), Column("learners", "Learners", "count")),
        ages,
        _UNKNOWN,
        sources,
    )
    finding = f"{_WHO} Half are younger than {middle}." if middle is not None else _WHO
    return Chart(table, "bars", "age", ("learners",), finding)


_GROUPS = {
    Breakdown.EDUCATION: ("Highest degree", education_rows),
    Breakdown.GENDER: ("Gender", gender_rows),
}


def _breakdown(reader: Reader, course_id: str, by: Breakdown) -> Chart:
    heading, read_rows = _GROUPS[by]
    rows = read_rows(reader, course_id)
    whole = total(row["learners"] for row in rows)
    table = Table(
        by.value,
        by.value.capitalize(),
        (
            Column("group", heading),
            Column("learners", "Learners", "count"),
            Column("share", "Share", "percent", bar=True),
        ),
        [row | {"share": share(row["learners"], whole)} for row in rows],
        _UNKNOWN,
        sources_of(by),
    )
    known = [row for row in rows if row["group"] != "not told" and row["learners"]]
    largest = max(known, key=lambda row: row["learners"], default=None)
    finding = _WHO
    if largest and whole is None:
        finding += f" Most often: {largest['group']}."
    elif largest:
        told = sum(row["learners"] for row in known)
        finding += f" Most often: {largest['group']}, {percent(share(largest['learners'], told))} of those who told."
    return Chart(table, "rows", "group", ("learners",), finding)


_COUNTRY_COLUMNS = (
    Column("country", "Country", under=None),
    Column("learners", "Learners", "count"),
    Column("share", "Share", "percent", bar=True),
)


def _country_chart(countries: list[dict[str, Any]], sources: tuple[str, ...]) -> Chart:
    table = Table(
        "countries",
        "Countries",
        (Column("country", "Country"), Column("code", "Code"), *_COUNTRY_COLUMNS[1:]),
        countries,
        _UNKNOWN,
        sources,
    )
    known = [row for row in countries if row["code"]]
    finding = _WHO
    if known:
        first = known[0]
        most = "" if first["share"] is None else f", {percent(first['share'])}"
        finding += f" From {len(known)} countries; most from {first['country']}{most}."
    return world_map(table, "learners", finding)


def _top_countries(countries: list[dict[str, Any]], sources: tuple[str, ...]) -> Table:
    return Table(
        "countries_top",
        "Most frequent countries",
        _COUNTRY_COLUMNS,
        countries[:10],
        _UNKNOWN,
        sources[:1],
    )
