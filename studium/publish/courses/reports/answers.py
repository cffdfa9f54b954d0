"""What learners answered, a file per course: how often each answer was given, and the latest answers of each learner.

Enters: answer_distribution or problem_response of a release. Leaves: rows with the pipeline's headings.
"""

from collections.abc import Iterator, Mapping
from functools import partial

from studium.publish.courses.reports.files import (
    Report,
    ReportCourse,
    ReportFile,
    hashed_folder,
    rows_of,
    safe_course,
)
from studium.publish.release import OpenRelease

_DISTRIBUTION = {
    "ModuleID": "module_id",
    "PartID": "part_id",
    "Correct Answer": "cast(correct as int)",
    "First Response Count": "first_response_count",
    "Last Response Count": "last_response_count",
    "ValueID": "value_id",
    "AnswerValue": "answer_value_text",
    "Variant": "variant",
    "Problem Display Name": "problem_display_name",
    "Question": "question_text",
}
_TIME = "strftime({}, '%Y-%m-%dT%H:%M:%SZ')"
_RESPONSES = {
    "course_id": "course_id",
    "answer_id": "answer_id",
    "problem_id": "problem_id",
    "problem": "problem",
    "username": "username",
    "question": "question",
    "score": "score",
    "max_score": "max_score",
    "correct": "cast(correct as int)",
    "answer": "answer",
    "total_attempts": "total_attempts",
    "first_attempt_date": _TIME.format("first_attempt_date"),
    "last_attempt_date": _TIME.format("last_attempt_date"),
    "location": "location",
}


def _names(table: str, course: ReportCourse) -> list[str]:
    return [f"{safe_course(course.key)}_{table}.csv"]


def _files(
    table: str, columns: Mapping[str, str], order: str, release: OpenRelease, course: ReportCourse
) -> Iterator[ReportFile]:
    named = ", ".join(columns.values())
    sql = f"select {named} from {table} where course_id = $course order by {order}"
    rows = rows_of(release, sql, {"course": course.key})
    yield ReportFile(_names(table, course)[0], list(columns), rows)


def _same_folder(_course: str) -> str:
    return ""


ANSWERS = {
    "answer_distribution": Report(
        "answer_distribution",
        hashed_folder,
        partial(_names, "answer_distribution"),
        partial(_files, "answer_distribution", _DISTRIBUTION, "all"),
    ),
    "problem_response": Report(
        "problem_response",
        _same_folder,
        partial(_names, "problem_response"),
        partial(_files, "problem_response", _RESPONSES, "sort_idx, username, answer_id"),
    ),
}
