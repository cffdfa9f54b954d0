"""learners/, engagement_timelines/ and course_learner_metadata/: the roster and each learner's days.

Enters: the roster of a release, as the role may see it. Leaves: rows with the fields of the edX Analytics
Data API; names, addresses and goals are in no release and stay null.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response

from studium.serve.insights.contract import (
    InsightsError,
    flatten,
    insights_router,
    known,
    link_to,
    one_answer,
    rows_answer,
    split,
)
from studium.serve.protocol import prefers_csv
from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Reading

router = insights_router()
SEGMENTS = ("highly_engaged", "disengaging", "struggling", "inactive", "unenrolled")
_WINDOW = 10_000  # of results that can be paged through, as there
_METRICS = (
    "discussion_contributions",
    "problems_attempted",
    "problems_completed",
    "problem_attempts_per_completed",
    "videos_viewed",
)
_ORDERS = {name: (name,) for name in ("username", *_METRICS)} | {
    "email": ("username",),
    "problem_attempts_per_completed": ("problem_attempts_per_completed", "attempt_ratio_order"),
    "attempt_ratio_order": ("attempt_ratio_order",),
}
_ABSENT = ("name", "account_url", "email", "location", "mailing_address", "city", "goals")
_ROSTER = """
select
    *,
    count(*) over () as total
from learner_roster
where
    course_id = $course_id
    and ($username is null or username = $username)
    and ($search is null or contains(lower(username), lower($search)))
    and ($cohort is null or cohort = $cohort)
    and ($mode is null or enrollment_mode = $mode)
    and (
        len($segments) = 0
        or list_has_any(string_split(coalesce(segments, ''), ','), $segments)
    )
    and not list_has_any(string_split(coalesce(segments, ''), ','), $ignored)
"""
_DAYS = """
select
    date,
    count(distinct entity_id) filter (event = 'attempted') as problems_attempted,
    count(distinct entity_id) filter (event = 'completed') as problems_completed,
    coalesce(cast(sum(count) filter (event = 'contributed') as bigint), 0)
        as discussion_contributions,
    count(distinct entity_id) filter (event = 'viewed') as videos_viewed
from module_engagement
where course_id = $course_id and username = $username
group by date
order by date
"""
_CourseId = Annotated[str | None, Query(max_length=255)]


@dataclass(frozen=True)
class Wanted:
    """Filters, order and page of a roster."""

    text_search: str | None
    segments: list[str]
    ignored: list[str]
    cohort: str | None
    mode: str | None
    order_by: str
    is_descending: bool
    page: int
    page_size: int


def filters_of(
    text_search: Annotated[str | None, Query(max_length=200)] = None,
    segments: Annotated[str | None, Query(max_length=200)] = None,
    ignore_segments: Annotated[str | None, Query(max_length=200)] = None,
    cohort: Annotated[str | None, Query(max_length=255)] = None,
    enrollment_mode: Annotated[str | None, Query(max_length=100)] = None,
) -> dict[str, Any]:
    """Which learners are asked for."""
    wanted, ignored = split(segments), split(ignore_segments)
    if wanted and ignored:
        raise InsightsError(
            400, "parameter_malformed", "segments and ignore_segments exclude each other"
        )
    if unknown := sorted({*wanted, *ignored} - set(SEGMENTS)):
        raise InsightsError(400, "parameter_malformed", f"There is no segment {unknown[0][:50]!r}")
    return {
        "text_search": text_search,
        "segments": wanted,
        "ignored": ignored,
        "cohort": cohort,
        "mode": enrollment_mode,
    }


def wanted_of(
    filters: Annotated[dict[str, Any], Depends(filters_of)],
    order_by: Annotated[str, Query(max_length=50)] = "username",
    sort_order: Annotated[str, Query(max_length=10)] = "asc",
    page: Annotated[int, Query(ge=1, le=_WINDOW)] = 1,
    page_size: Annotated[int, Query(ge=1, le=100)] = 25,
) -> Wanted:
    """The whole question."""
    if order_by not in _ORDERS or sort_order not in {"asc", "desc"}:
        raise InsightsError(400, "parameter_malformed", "order_by or sort_order is not known")
    if page * page_size > _WINDOW:
        raise InsightsError(
            400, "parameter_malformed", f"Only the first {_WINDOW:,} results can be paged through"
        )
    return Wanted(
        **filters,
        order_by=order_by,
        is_descending=sort_order == "desc",
        page=page,
        page_size=page_size,
    )


def _course(reader: Reader, course_id: str | None) -> str:
    if not course_id:
        raise InsightsError(400, "course_not_specified", "Course id/key not specified.")
    if not (":" in course_id or course_id.count("/") == 2):
        raise InsightsError(400, "course_key_malformed", "Course id/key malformed.")
    if not reader.has_course(course_id):
        raise HiddenError
    return course_id


@router.get("/learners/")
@rule(Rule.LEARNERS)
def learners(
    request: Request,
    reader: Reading,
    wanted: Annotated[Wanted, Depends(wanted_of)],
    course_id: _CourseId = None,
    fields: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """A page of the roster of a course."""
    key = _course(reader, course_id)
    known(reader, "learner_roster")
    way = "desc" if wanted.is_descending else "asc"
    order = ", ".join(f"{name} {way} nulls last" for name in _ORDERS[wanted.order_by])
    rows = reader.rows(
        f"{_ROSTER} order by {order}, username limit $size offset $first",
        _values(key, wanted)
        | {"size": wanted.page_size, "first": (wanted.page - 1) * wanted.page_size},
    )
    total = int(rows[0]["total"]) if rows else 0
    pages = max(-(-total // wanted.page_size), 1)
    if wanted.page > pages or (wanted.page > 1 and not rows):
        raise HiddenError
    results = [_learner(row) for row in rows]
    names = split(fields)
    if prefers_csv(request):
        flat = [flatten(result) for result in results]
        chosen = [{k: v for k, v in row.items() if not names or k in names} for row in flat]
        return rows_answer(request, chosen, f"{key}--learners", allow_empty=True)
    return one_answer(
        {
            "count": total,
            "num_pages": pages,
            "next": _page_url(request, wanted.page + 1) if wanted.page < pages else None,
            "previous": _page_url(request, wanted.page - 1) if wanted.page > 1 else None,
            "results": results,
        }
    )


@router.get("/learners/{username}/")
@rule(Rule.LEARNERS)
def learner(username: str, reader: Reading, course_id: _CourseId = None) -> Response:
    """One learner of a course."""
    key = _course(reader, course_id)
    known(reader, "learner_roster")
    nobody = Wanted(None, [], [], None, None, "username", False, 1, 1)
    row = reader.one(_ROSTER, _values(key, nobody) | {"username": username})
    if row is None:
        raise HiddenError
    return one_answer(_learner(row))


@router.get("/engagement_timelines/{username}/")
@rule(Rule.LEARNERS)
def engagement_timeline(username: str, reader: Reading, course_id: _CourseId = None) -> Response:
    """What a learner did on each day, from the first to the last one with anything."""
    key = _course(reader, course_id)
    known(reader, "module_engagement")
    rows = reader.rows(_DAYS, {"course_id": key, "username": username})
    if not rows:
        raise HiddenError
    by_date = {row["date"]: row for row in rows}
    nothing = dict.fromkeys(
        ("problems_attempted", "problems_completed", "discussion_contributions", "videos_viewed"),
        0,
    )
    days = [by_date.get(day, {"date": day, **nothing}) for day in _days(min(by_date), max(by_date))]
    return one_answer({"days": days})


@router.get("/course_learner_metadata/{course_id:course}/")
@rule(Rule.LEARNERS)
def learner_metadata(course_id: str, reader: Reading) -> Response:
    """How many learners each mode, segment and cohort has, and what counts as low and high."""
    known(reader, "learner_roster", "module_engagement_metric_ranges")
    rows = reader.rows(
        "select enrollment_mode, segments, cohort, count(*) as learners from learner_roster "
        "where course_id = $course_id group by all order by all",
        {"course_id": course_id},
    )
    segments = dict.fromkeys(SEGMENTS, 0)
    modes: dict[str, int] = {}
    cohorts: dict[str, int] = {}
    for row in rows:
        learners = row["learners"]
        for segment in split(row["segments"]):
            segments[segment] = segments.get(segment, 0) + learners
        if row["enrollment_mode"]:
            modes[row["enrollment_mode"]] = modes.get(row["enrollment_mode"], 0) + learners
        if row["cohort"]:
            cohorts[row["cohort"]] = cohorts.get(row["cohort"], 0) + learners
    return one_answer(
        {
            "cohorts": cohorts,
            "segments": segments,
            "enrollment_modes": modes,
            "engagement_ranges": _ranges(reader, course_id),
        }
    )


def _ranges(reader: Reader, course_id: str) -> dict[str, Any]:
    """Ranges by metric; of attempts per completed problem, few are good: low and high change places."""
    ranges: dict[str, Any] = {"date_range": {"start": None, "end": None}}
    for row in reader.rows(
        "select * from module_engagement_metric_ranges where course_id = $course_id order by all",
        {"course_id": course_id},
    ):
        ranges["date_range"] = {"start": row["start_date"], "end": row["end_date"]}
        places = {
            "low": "class_rank_bottom",
            "normal": "class_rank_average",
            "high": "class_rank_top",
        }
        if row["metric"] == "problem_attempts_per_completed":
            places |= {"low": "class_rank_top", "high": "class_rank_bottom"}
        metric = ranges.setdefault(row["metric"], dict.fromkeys(places.values()))
        metric[places[row["range_type"]]] = [row["low_value"], row["high_value"]]
    return ranges


def _learner(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "user_id": row["user_id"],
        "username": row["username"],
        "enrollment_mode": row["enrollment_mode"],
        **dict.fromkeys(_ABSENT),
        "language": row.get("language"),
        "year_of_birth": row.get("year_of_birth"),
        "level_of_education": row.get("level_of_education"),
        "gender": row.get("gender"),
        "country": row.get("country"),
        "segments": split(row["segments"]),
        "engagements": {name: row[name] for name in _METRICS},
        "enrollment_date": row["enrollment_date"],
        "cohort": row["cohort"],
        "last_updated": row["end_date"],
    }


def _values(course_id: str, wanted: Wanted) -> dict[str, Any]:
    return {
        "course_id": course_id,
        "username": None,
        "search": wanted.text_search,
        "cohort": wanted.cohort,
        "mode": wanted.mode,
        "segments": wanted.segments,
        "ignored": wanted.ignored,
    }


def _page_url(request: Request, page: int) -> str:
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "page"]
    query = urlencode([*asked, ("page", str(page))])
    return link_to(request, f"{request.url.path}?{query}")


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
