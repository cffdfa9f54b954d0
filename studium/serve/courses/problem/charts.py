"""Charts of one problem: how often learners tried it, and which answers they left standing.

Enters: a reader, a course, a problem. Leaves: rows of attempts, one chart for each answer field.
"""

import json
from typing import Any

from studium.serve.courses.problem.answers import (
    MOST_TRIES,
    read_attempts,
    read_standing_answers,
)
from studium.serve.drawing.charts import Chart
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import percent, share, total
from studium.serve.release import Reader

_MOST_BARS = 12


def attempt_rows(reader: Reader, course_id: str, problem_nid: int) -> list[dict[str, Any]]:
    """Learners by the number of their attempts, the last row for ten and more."""
    return [
        vars(row)
        | {
            "label": f"{row.attempts}{'+' if row.attempts == MOST_TRIES else ''}",
            "right": share(row.right_learners, row.learners),
        }
        for row in read_attempts(reader, course_id, problem_nid)
    ]


def answer_charts(reader: Reader, course_id: str, problem_id: str) -> list[Chart]:
    """A chart for each answer field of a problem: the most frequent answers, right ones marked."""
    fields: dict[str, list[dict[str, Any]]] = {}
    for row in read_standing_answers(reader, course_id, problem_id):
        fields.setdefault(row.answer_id, []).append(vars(row))
    return [
        _answer_chart(number, len(fields), found)
        for number, found in enumerate(fields.values(), start=1)
    ]


def _answer_chart(number: int, fields: int, rows: list[dict[str, Any]]) -> Chart:
    whole = total(row["learners"] for row in rows)
    shown = [
        row
        | {
            "answer": readable_answer(row["response"])
            if row["learners"] is not None
            else "answers of a few, hidden",
            "share": share(row["learners"], whole),
        }
        for row in rows
    ]
    title = "Answers" if fields == 1 else f"Answers, part {number} of {fields}"
    table = Table(
        f"answers_{number}",
        title,
        (
            Column("answer", "Answer"),
            Column("correctness", "Graded", "mark"),
            Column("learners", "Learners", "count"),
            Column("share", "Share", "percent", bar=True),
        ),
        shown,
        "Nobody's answer stands.",
        ("problem_analysis.response", "problem_analysis.correctness"),
    )
    finding = ""
    if whole is not None:
        right = total(row["learners"] for row in rows if row["correctness"] == "correct")
        finding = f"{percent(share(right, whole))} of the answers that stand are right."
    if len(rows) > _MOST_BARS:
        finding += f" The {_MOST_BARS} most frequent of {len(rows)} are drawn."
    marks = [row["correctness"] == "correct" for row in rows]
    options = {"marks": marks, "first": _MOST_BARS}
    return Chart(table, "rows", "answer", ("learners",), finding, options=options)


def readable_answer(response: str | None) -> str:
    """An answer as a person would say it: `["choice_1","choice_2"]` → choice_1 and choice_2"""
    if response is None or response == "":
        return "no answer"
    try:
        value = json.loads(response)
    except ValueError:
        return response
    if isinstance(value, list):
        return " and ".join(str(part) for part in value) or "no answer"
    return str(value) if str(value).strip() else "no answer"
