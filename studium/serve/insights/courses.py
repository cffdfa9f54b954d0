"""courses/{id}/: activity, problems with tags, videos, reports, engagement of each learner.

Enters: tables of a release. Leaves: rows with the fields of the edX Analytics Data API.
"""

from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from studium.publish import Form
from studium.serve.insights.contract import (
    AskedDates,
    InsightsError,
    created,
    insights_router,
    known,
    link_to,
    one_answer,
    rows_answer,
)
from studium.serve.protocol import prefers_csv
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Reading, download

router = insights_router()
_LABELS = {
    "any": "ACTIVE",
    "active": "ACTIVE",
    "attempted_problem": "ATTEMPTED_PROBLEM",
    "played_video": "PLAYED_VIDEO",
    "posted_forum": "POSTED_FORUM",
}
_ACTIVITY = """
select
    interval_start,
    interval_end,
    course_id,
    max(count) filter (label = 'ACTIVE') as "any",
    max(count) filter (label = 'ATTEMPTED_PROBLEM') as attempted_problem,
    max(count) filter (label = 'PLAYED_VIDEO') as played_video,
    max(count) filter (label = 'POSTED_FORUM') as posted_forum
from course_activity
where
    course_id = $course_id
    and (
        $is_given and interval_start >= $start and interval_end < $end
        or not $is_given
        and interval_end = (
            select max(interval_end) from course_activity where course_id = $course_id
        )
    )
group by interval_start, interval_end, course_id
order by interval_start
"""
_ENGAGEMENT = "select * from user_engagement where course_id = $course_id"
_PROBLEMS = """
select
    module_id,
    sum(last_response_count) // count(distinct part_id) as total_submissions,
    coalesce(sum(last_response_count) filter (cast(correct as boolean)), 0)
    // count(distinct part_id) as correct_submissions,
    bool_or(last_response_count is null) as is_any_hidden,
    list(distinct part_id order by part_id) as part_ids
from answer_distribution
where course_id = $course_id
group by module_id
order by module_id
"""
_SUBMISSIONS = ("total_submissions", "correct_submissions")
_TAGS = """
select module_id, tag_name, tag_value, total_submissions, correct_submissions
from tags_distribution
where course_id = $course_id
order by module_id, tag_name, tag_value
"""
_REPORTS = {"problem_response": "problem_response"}


@router.get("/courses/{course_id:course}/activity/")
@rule(Rule.COURSE)
def activity(request: Request, course_id: str, reader: Reading, dates: AskedDates) -> Response:
    """Active learners by week and kind of activity."""
    known(reader, "course_activity")
    rows = reader.rows(_ACTIVITY, {"course_id": course_id, **dates.values})
    found = [row | {"created": created(reader)} for row in rows]
    return rows_answer(request, found, f"{course_id}--engagement-activity")


@router.get("/courses/{course_id:course}/recent_activity/")
@rule(Rule.COURSE)
def recent_activity(
    course_id: str,
    reader: Reading,
    activity_type: Annotated[str | None, Query(max_length=50)] = None,
    label: Annotated[str | None, Query(max_length=50)] = None,
) -> Response:
    """Learners of the last week with one kind of activity."""
    known(reader, "course_activity")
    asked = (activity_type or label or "any").lower()
    row = reader.one(
        "select interval_start, interval_end, count, course_id from course_activity "
        "where course_id = $course_id and label = $label order by interval_end desc",
        {"course_id": course_id, "label": _LABELS.get(asked, "")},
    )
    if row is None:
        raise HiddenError
    shown = "any" if asked == "active" else asked
    return one_answer(row | {"activity_type": shown})


@router.get("/courses/{course_id:course}/problems/")
@rule(Rule.COURSE)
def problems(request: Request, course_id: str, reader: Reading) -> Response:
    """Problems with their submissions: last responses of all parts by the number of parts."""
    known(reader, "answer_distribution")
    rows = [
        row
        | (dict.fromkeys(_SUBMISSIONS) if row.pop("is_any_hidden") else {})
        | {"created": created(reader)}
        for row in reader.rows(_PROBLEMS, {"course_id": course_id})
    ]
    return rows_answer(request, rows, f"{course_id}--problems")


@router.get("/courses/{course_id:course}/problems_and_tags/")
@rule(Rule.COURSE)
def problems_and_tags(request: Request, course_id: str, reader: Reading) -> Response:
    """Problems with their submissions and their tags."""
    known(reader, "tags_distribution")
    found: dict[str, dict[str, Any]] = {}
    for row in reader.rows(_TAGS, {"course_id": course_id}):
        problem = found.setdefault(
            row["module_id"],
            {
                "module_id": row["module_id"],
                "total_submissions": row["total_submissions"],
                "correct_submissions": row["correct_submissions"],
                "tags": {},
                "created": created(reader),
            },
        )
        problem["tags"].setdefault(row["tag_name"], []).append(row["tag_value"])
    return rows_answer(request, found.values(), f"{course_id}--problems-and-tags")


@router.get("/courses/{course_id:course}/videos/")
@rule(Rule.COURSE)
def videos(request: Request, course_id: str, reader: Reading) -> Response:
    """Videos that somebody watched."""
    known(reader, "video")
    rows = reader.rows(
        "select pipeline_video_id, encoded_module_id, duration, segment_length, users_at_start, "
        "users_at_end from video where course_id = $course_id order by encoded_module_id",
        {"course_id": course_id},
    )
    found = [row | {"created": created(reader)} for row in rows]
    return rows_answer(request, found, f"{course_id}--videos")


@router.get("/courses/{course_id:course}/user_engagement/")
@rule(Rule.LEARNERS)
def user_engagement(request: Request, course_id: str, reader: Reading) -> Response:
    """What each learner did, in all and in the last week."""
    known(reader, "user_engagement")
    asked = {"course_id": course_id}
    if prefers_csv(request):
        rows = reader.rows(f"{_ENGAGEMENT} order by username", asked)
        return rows_answer(request, rows, f"{course_id}--user-engagement")
    content = reader.array(_ENGAGEMENT, "username", asked)
    if content is None:
        raise HiddenError
    return StreamingResponse(content, media_type="application/json")


@router.get("/courses/{course_id:course}/reports/{report_name}/")
@rule(Rule.EXPORT)
def report(request: Request, course_id: str, report_name: str, reader: Reading) -> Response:
    """Where a report of the course can be fetched: an address of this server, with the same token."""
    dataset = _REPORTS.get(report_name)
    if dataset is None or not reader.has(dataset):
        raise InsightsError(
            404, "report_file_not_found", f"There is no report {report_name!r} of this course"
        )
    path = request.app.url_path_for("report_file", course_id=course_id, report_name=report_name)
    return one_answer(
        {
            "course_id": course_id,
            "report_name": report_name,
            "download_url": link_to(request, str(path)),
            "last_modified": reader.published_at,
            "expiration_date": None,
            "file_size": None,
        }
    )


@router.get("/courses/{course_id:course}/reports/{report_name}/file.csv", name="report_file")
@rule(Rule.EXPORT)
def report_file(course_id: str, report_name: str, reader: Reading) -> Response:
    """The rows of a report as CSV."""
    dataset = _REPORTS.get(report_name)
    if dataset is None or not reader.has(dataset):
        raise InsightsError(
            404, "report_file_not_found", f"There is no report {report_name!r} of this course"
        )
    schema, batches = reader.arrow(
        f"select * from {dataset} where course_id = $course_id", {"course_id": course_id}
    )
    return download(schema, batches, Form.CSV, f"{course_id}_{report_name}")
