"""Who comes back: by month of enrollment and week after it, in all courses or in one.

Enters: a reader, maybe a course in the address. Leaves: the page at `/retention`.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from studium.serve.courses.titles import names_of, titles_of
from studium.serve.drawing.charts import Chart, heat_map
from studium.serve.drawing.navigation import Link
from studium.serve.drawing.rendering import Page, show
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, percent, share
from studium.serve.institution.retention.answers import read_retention
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
LINK = Link("retention", "Retention", "/retention", Rule.INSTITUTION, 5)

_MOST_WEEKS = 26
_SOURCES = (
    "enrollment_retention",
    "enrollment_retention.learners",
    "enrollment_retention.active_learners",
)
_EMPTY = "No week after an enrollment is over yet, or the release is older than this page."


@router.get("/retention", include_in_schema=False)
@rule(Rule.INSTITUTION)
def retention_page(
    request: Request, reader: Reading, course: Annotated[str, Query(max_length=500)] = ""
) -> Response:
    """Cohorts by month, as colours and as a line."""
    titles = names_of(titles_of(reader))
    chosen = course if course in titles else ""
    cohorts = cohort_rows(reader, chosen)
    where = titles[chosen] if chosen else "all courses"
    page = Page(
        "institution/retention/page.html",
        "Retention by cohort",
        "retention",
        f"Who was active again, week by week after enrolling: {where}.",
        charts=retention_charts(cohorts),
        content={
            "choices": sorted(titles.items(), key=lambda entry: entry[1].casefold()),
            "chosen": chosen,
        },
    )
    return show(request, reader, page)


def cohort_rows(reader: Reader, course_id: str) -> list[dict[str, Any]]:
    """Cells of month and week, of the first half year; `course_id` '' is all courses."""
    cohorts = [
        vars(cell)
        | {
            "month": f"{cell.cohort_month:%B %Y}",
            "share": share(cell.active_learners, cell.learners),
        }
        for cell in read_retention(reader, course_id or None)
        if cell.week_number < _MOST_WEEKS
    ]
    if reader.hides_under and len({row["week_number"] for row in cohorts}) < len(_weeks(cohorts)):
        reader.hidden_in.add("enrollment_retention")
    return cohorts


def retention_charts(cohorts: list[dict[str, Any]]) -> tuple[Chart, ...]:
    """The cells of months and weeks as colours, and all of them as one line."""
    return _heat(cohorts), _lines(cohorts)


def _heat(cohorts: list[dict[str, Any]]) -> Chart:
    table = Table(
        "retention",
        "Share of each cohort that was active",
        (
            Column("month", "Enrolled in"),
            Column("week_number", "Week after"),
            Column("learners", "Learners", "count"),
            Column("active_learners", "Active", "count"),
            Column("share", "Share", "percent"),
        ),
        cohorts,
        _EMPTY,
        _SOURCES,
    )
    weeks = _weeks(cohorts)
    sizes: dict[str, int] = {}
    for row in cohorts:  # all of a cohort are asked after in its first week
        sizes.setdefault(row["month"], row["learners"])
    found = {(row["month"], row["week_number"]): row["share"] for row in cohorts}
    months = list(sizes)
    cells = [
        {
            "row": f"{month} ({count(sizes[month])})",
            "column": f"week {week}",
            "value": found.get((month, week)),
        }
        for month in months
        for week in weeks
    ]
    size = "" if len(months) > 4 else "low"
    finding = (
        "By the week after enrolling; week 0 begins with the enrollment. In brackets: learners."
    )
    return heat_map(table, cells, finding, size, "percent")


def _weeks(cohorts: list[dict[str, Any]]) -> range:
    """All weeks up to the last, also those that are hidden: places on an axis are even."""
    return range(max((row["week_number"] for row in cohorts), default=-1) + 1)


def _lines(cohorts: list[dict[str, Any]]) -> Chart:
    """All cohorts together, but for those that are hidden: of everybody whose week is over, who was active in it."""
    totals: dict[int, list[int]] = {}
    for row in cohorts:
        if None in {row["learners"], row["active_learners"]}:
            continue
        total = totals.setdefault(row["week_number"], [0, 0, 0])
        total[0] += row["learners"]
        total[1] += row["active_learners"]
        total[2] += 1
    rows = []
    for week in _weeks(cohorts):
        everybody, active, cohorts_of = totals.get(week, (None, None, None))
        rows.append(
            {
                "week_number": week,
                "learners": everybody,
                "cohorts": cohorts_of,
                "share": share(active, everybody),
            }
        )
    table = Table(
        "retention_all",
        "All cohorts together",
        (
            Column("week_number", "Week after"),
            Column("cohorts", "Cohorts that came so far", "count"),
            Column("learners", "Learners", "count"),
            Column("share", "Active", "percent", of="learners"),
        ),
        rows,
        _EMPTY,
        _SOURCES,
    )
    finding = ""
    if len(rows) > 4 and rows[4]["share"] is not None:
        finding = f"Four weeks after enrolling, {percent(rows[4]['share'])} were active."
    most = max((row["cohorts"] or 0 for row in rows), default=0)
    fewer = next((row["week_number"] for row in rows if (row["cohorts"] or 0) < most), None)
    if fewer is not None:
        finding += f" From week {fewer} on not every cohort has come so far: a rise there may be of those that have."
    return Chart(table, "lines", "week_number", ("share",), finding, "low")
