"""problems/{id}/ and videos/{id}/: distributions of answers, grades, openings, and the timeline.

Enters: tables of a release, rows of the permitted courses only. Leaves: rows with the fields of the
edX Analytics Data API.
"""

from functools import reduce
from itertools import groupby
from typing import Any

from fastapi import Request, Response

from studium.serve.insights.contract import created, insights_router, known, plus, rows_answer
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = insights_router()
_ANSWERS = """
select
    course_id,
    module_id,
    part_id,
    cast(correct as boolean) as correct,
    first_response_count,
    last_response_count,
    value_id,
    answer_value_text as answer_value,
    problem_display_name,
    question_text,
    variant
from answer_distribution
where module_id = $module_id
order by course_id, part_id, value_id nulls first, answer_value_text, variant nulls first
"""
_SAME = ("value_id", "answer_value", "correct", "problem_display_name", "question_text")
_COUNTS = ("first_response_count", "last_response_count")


def consolidate(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sum the rows of a part that differ in nothing but the variant; a part with other differences stays."""
    answer: list[dict[str, Any]] = []
    for _, part in groupby(rows, key=lambda row: (row["course_id"], row["part_id"])):
        answer += _consolidate_part(list(part))
    return answer


def _consolidate_part(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_value: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        by_value.setdefault(row["value_id"] or row["answer_value"], []).append(row)
    same = all(
        all(row[name] == group[0][name] for row in group for name in _SAME)
        for group in by_value.values()
    )
    variants = {row["variant"] for row in rows}
    if not same or len(variants) <= 1:
        return [row | {"consolidated_variant": False} for row in rows]
    return [
        group[0]
        | {name: reduce(plus, (row[name] for row in group)) for name in _COUNTS}
        | {"variant": None, "consolidated_variant": True}
        for group in by_value.values()
    ]


@router.get("/problems/{module_id:path}/answer_distribution/")
@rule(Rule.ACCOUNT)
def answer_distribution(request: Request, module_id: str, reader: Reading) -> Response:
    """Answers of a problem, given first and last."""
    known(reader, "answer_distribution")
    rows = consolidate(reader.rows(_ANSWERS, {"module_id": module_id}))
    found = [row | {"created": created(reader)} for row in rows]
    return rows_answer(request, found, f"{module_id}--answer-distribution")


@router.get("/problems/{module_id:path}/grade_distribution/")
@rule(Rule.ACCOUNT)
def grade_distribution(request: Request, module_id: str, reader: Reading) -> Response:
    """Grades of a problem."""
    known(reader, "grade_distribution")
    rows = reader.rows(
        "select module_id, course_id, grade, max_grade, count from grade_distribution "
        "where module_id = $module_id order by all",
        {"module_id": module_id},
    )
    found = [row | {"created": created(reader)} for row in rows]
    return rows_answer(request, found, f"{module_id}--grade-distribution")


@router.get("/problems/{module_id:path}/sequential_open_distribution/")
@rule(Rule.ACCOUNT)
def sequential_open_distribution(request: Request, module_id: str, reader: Reading) -> Response:
    """How many learners opened a sequence."""
    known(reader, "sequential_open_distribution")
    rows = reader.rows(
        "select module_id, course_id, count from sequential_open_distribution "
        "where module_id = $module_id order by all",
        {"module_id": module_id},
    )
    found = [row | {"created": created(reader)} for row in rows]
    return rows_answer(request, found, f"{module_id}--sequential-open-distribution")


@router.get("/videos/{video_id:path}/timeline/")
@rule(Rule.ACCOUNT)
def timeline(request: Request, video_id: str, reader: Reading) -> Response:
    """Learners and views of each segment; a video is named `course|module`, or by its module alone."""
    known(reader, "video", "video_timeline")
    rows = reader.rows(
        "select timeline.segment, timeline.num_users, timeline.num_views "
        "from video_timeline as timeline inner join video using (pipeline_video_id) "
        "where video.pipeline_video_id = $video_id or video.encoded_module_id = $video_id "
        "order by timeline.pipeline_video_id, timeline.segment",
        {"video_id": video_id},
    )
    found = [row | {"created": created(reader)} for row in rows]
    return rows_answer(request, found, f"{video_id}--timeline")
