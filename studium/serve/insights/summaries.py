"""course_summaries/, course_totals/ and programs/: the figures of many courses at once.

Enters: enrolment by mode and the catalogue of a release. Leaves: rows with the fields of the edX
Analytics Data API, for the courses that the principal may see.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from studium.serve.insights.contract import (
    InsightsError,
    created,
    insights_router,
    known,
    one_answer,
    plus,
    read_moment,
    rows_answer,
    split,
)
from studium.serve.insights.enrollment import MODES
from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Reading

router = insights_router()
MOST_COURSES = 10_000
_LONGEST_LIST = 8_000
_COUNTS = ("count", "cumulative_count", "count_change_7_days", "passing_users")
_FACTS = {
    "catalog_course_title": "catalog_course_title",
    "catalog_course": "catalog_course",
    "start_date": "start_time",
    "end_date": "end_time",
    "pacing_type": "pacing_type",
    "availability": "availability",
}
# A mode that nobody has any more has no row on the last day: none enrolled, and its loss is a change.
_BY_MODE = """
with days as (
    select course_id, max(date) as last_date from course_enrollment_mode_daily group by course_id
)

select
    mode_daily.course_id,
    mode_daily.mode as enrollment_mode,
    case
        when max(mode_daily.date) = days.last_date
            then max(mode_daily.count) filter (mode_daily.date = days.last_date)
        else 0
    end as count,
    case
        when max(mode_daily.date) = days.last_date
            then max(mode_daily.cumulative_count) filter (mode_daily.date = days.last_date)
        else 0
    end as cumulative_count,
    case
        when not bool_or(mode_daily.count is null)
            then
                coalesce(max(mode_daily.count) filter (mode_daily.date = days.last_date), 0)
                - coalesce(max(mode_daily.count) filter (mode_daily.date = days.last_date - 7), 0)
    end as count_change_7_days
from course_enrollment_mode_daily as mode_daily
inner join days on mode_daily.course_id = days.course_id
where mode_daily.date in (days.last_date, days.last_date - 7)
group by mode_daily.course_id, mode_daily.mode, days.last_date
order by mode_daily.course_id, mode_daily.mode
"""
_ASKED = ("course_ids", "fields", "exclude", "programs", "recent_date")


def _form(*names: str) -> dict[str, Any]:
    """What OpenAPI says of a form: each field may come several times, or once with commas."""
    values = {"type": "array", "items": {"type": "string"}}
    schema = {"type": "object", "properties": dict.fromkeys(names, values)}
    content = {"application/x-www-form-urlencoded": {"schema": schema}}
    return {"requestBody": {"content": content}}


_Ids = Annotated[str | None, Query(max_length=_LONGEST_LIST, description="With commas between.")]
_Names = Annotated[str | None, Query(max_length=1000, description="With commas between.")]


def summarise(
    reader: Reader, course_ids: Sequence[str], recent: date | None, has_programs: bool
) -> list[dict[str, Any]]:
    """A summary for each course that has any enrolment, or for those named that have."""
    courses: dict[str, dict[str, Any]] = {}
    for row in _modes(reader):
        if course_ids and row["course_id"] not in course_ids:
            continue
        course = courses.setdefault(row["course_id"], _empty(reader, row))
        _add(course, row)
    if recent is not None:
        before = _counts_on(reader, recent)
        for key, course in courses.items():
            then = before.get(key, 0)
            course["recent_count_change"] = plus(course["count"], None if then is None else -then)
    if has_programs:
        programs = _programs_by_course(reader)
        for key, course in courses.items():
            course["programs"] = programs.get(key, [])
    return [courses[key] for key in sorted(courses)]


def _modes(reader: Reader) -> list[dict[str, Any]]:
    if reader.has("course_meta_summary_enrollment"):
        return reader.rows(
            "select * from course_meta_summary_enrollment order by course_id, enrollment_mode"
        )
    known(reader, "course_enrollment_mode_daily")
    return reader.rows(_BY_MODE)


def _empty(reader: Reader, row: Mapping[str, Any]) -> dict[str, Any]:
    facts = {name: row.get(column) for name, column in _FACTS.items()}
    if facts["availability"] == "Starting Soon":
        facts["availability"] = "Upcoming"
    return {
        "course_id": row["course_id"],
        **facts,
        **dict.fromkeys(_COUNTS, 0),
        "enrollment_modes": {mode: dict.fromkeys(_COUNTS, 0) for mode in MODES},
        "created": created(reader),
    }


def _add(course: dict[str, Any], row: Mapping[str, Any]) -> None:
    mode = row["enrollment_mode"]
    mode = "professional" if mode == "no-id-professional" else mode
    counts = course["enrollment_modes"].setdefault(mode, dict.fromkeys(_COUNTS, 0))
    for name in _COUNTS:
        value = row.get(name, 0)
        counts[name] = plus(counts[name], value)
        course[name] = plus(course[name], value)


def _counts_on(reader: Reader, day: date) -> dict[str, int | None]:
    if not reader.has("course_enrollment_daily"):
        return {}
    rows = reader.rows(
        "select course_id, count from course_enrollment_daily where date = $day", {"day": day}
    )
    return {row["course_id"]: row["count"] for row in rows}


def _programs_by_course(reader: Reader) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if reader.has("course_program_metadata"):
        for row in reader.rows(
            "select course_id, program_id from course_program_metadata order by all"
        ):
            found.setdefault(row["course_id"], []).append(row["program_id"])
    return found


def _choose(
    rows: Iterable[dict[str, Any]], fields: Sequence[str], exclude: Sequence[str]
) -> list[dict[str, Any]]:
    """Only the fields that are asked for; those excluded leave the modes too."""
    chosen = []
    for row in rows:
        row = {
            name: value
            for name, value in row.items()
            if (not fields or name in fields) and name not in exclude
        }
        for counts in row.get("enrollment_modes", {}).values():
            for name in exclude:
                counts.pop(name, None)
        chosen.append(row)
    return chosen


def _recent(text: str | None, reader: Reader) -> date | None:
    if not text:
        return None
    day = read_moment(text, "recent_date").date()
    if reader.as_of is not None and day >= reader.as_of:
        raise InsightsError(400, "invalid_date", "recent_date is not before the last day of data")
    return day


def _asked(
    course_ids: _Ids = None,
    fields: _Names = None,
    exclude: _Names = None,
    programs: Annotated[str | None, Query(max_length=20)] = None,
    recent_date: Annotated[str | None, Query(max_length=20)] = None,
) -> dict[str, list[str]]:
    return {
        "course_ids": split(course_ids),
        "fields": split(fields),
        "exclude": split(exclude),
        "programs": split(programs),
        "recent_date": split(recent_date),
    }


@router.get("/course_summaries/")
@rule(Rule.ACCOUNT)
def course_summaries(
    request: Request, reader: Reading, asked: Annotated[dict[str, list[str]], Depends(_asked)]
) -> Response:
    """Figures of all courses, or of those named."""
    return _answer(request, reader, asked)


@router.post("/course_summaries/", openapi_extra=_form(*_ASKED))
@rule(Rule.ACCOUNT)
async def post_course_summaries(request: Request, reader: Reading) -> Response:
    """The same for lists of courses that are too long for an address; changes nothing."""
    form = await request.form(max_fields=2 * MOST_COURSES)
    asked: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        asked.setdefault(name, []).extend(split(str(value)))
    if len(asked.get("course_ids", [])) > MOST_COURSES:
        raise InsightsError(400, "too_many_courses", f"Name at most {MOST_COURSES:,} courses")
    return _answer(request, reader, asked)


def _answer(request: Request, reader: Reader, asked: Mapping[str, list[str]]) -> Response:
    recent = _recent(next(iter(asked.get("recent_date", [])), None), reader)
    ids = asked.get("course_ids", [])
    _refuse_malformed(ids)
    rows = summarise(reader, ids, recent, bool(asked.get("programs")))
    chosen = _choose(rows, asked.get("fields", []), asked.get("exclude", []))
    return rows_answer(request, chosen, "course_summaries")


def _refuse_malformed(course_ids: Iterable[str]) -> None:
    for key in course_ids:
        if not (":" in key or key.count("/") == 2):
            raise InsightsError(400, "course_key_malformed", "Course id/key malformed.")


@router.get("/course_totals/")
@rule(Rule.ACCOUNT)
def course_totals(reader: Reading, course_ids: _Ids = None) -> Response:
    """Sums over all courses, or over those named."""
    return _totals(reader, split(course_ids))


@router.post("/course_totals/", openapi_extra=_form("course_ids"))
@rule(Rule.ACCOUNT)
async def post_course_totals(request: Request, reader: Reading) -> Response:
    """The same for long lists; changes nothing."""
    form = await request.form(max_fields=2 * MOST_COURSES)
    ids = [key for value in form.getlist("course_ids") for key in split(str(value))]
    return _totals(reader, ids)


def _totals(reader: Reader, course_ids: Sequence[str]) -> Response:
    _refuse_malformed(course_ids)
    rows = summarise(reader, course_ids, None, False)
    totals = {name: _sum(row[name] for row in rows) for name in _COUNTS[:3]}
    verified = _sum(row["enrollment_modes"]["verified"]["count"] for row in rows)
    return one_answer(totals | {"verified_enrollment": verified})


def _sum(values: Iterable[int | None]) -> int | None:
    total: int | None = 0
    for value in values:
        total = plus(total, value)
    return total


@router.get("/programs/")
@rule(Rule.ACCOUNT)
def programs(
    request: Request,
    reader: Reading,
    program_ids: _Ids = None,
    fields: _Names = None,
    exclude: _Names = None,
) -> Response:
    """Programs with the courses in them."""
    if not reader.has("course_program_metadata"):
        raise HiddenError
    found: dict[str, dict[str, Any]] = {}
    for row in reader.rows(
        "select program_id, program_type, program_title, course_id from course_program_metadata "
        "order by all"
    ):
        program = found.setdefault(
            row["program_id"],
            {
                "program_id": row["program_id"],
                "program_type": row["program_type"],
                "program_title": row["program_title"],
                "course_ids": [],
                "created": created(reader),
            },
        )
        program["course_ids"].append(row["course_id"])
    wanted = split(program_ids)
    rows = [row for key, row in found.items() if not wanted or key in wanted]
    return rows_answer(request, _choose(rows, split(fields), split(exclude)), "programs")
