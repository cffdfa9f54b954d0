"""The grading policy of a run.

Enters: grading_policy.json as an object. Leaves: rows of course_graders and course_grade_cutoffs; what is odd is told.
"""

from typing import Any

import orjson

from studium.lake.formats.courses.olx.blocks import text_of
from studium.lake.formats.courses.olx.contents import number
from studium.lake.formats.courses.olx.runs import Run
from studium.lake.reading.parsed import Counts

Row = dict[str, Any]
NAMED = {"type", "name", "weight", "short_label", "min_count", "drop_count"}
TOLERANCE = 0.001
LARGEST_WHOLE = 2**53  # what a JSON number holds exactly


def grading_rows(run: Run, counts: Counts) -> tuple[list[Row], list[Row]]:
    """Graders in the order of the policy, and cutoffs by name; weights that are not 1 in all are kept and noted."""
    if run.grading is None:
        counts.notes.append(f"{run.course_id} has no grading policy")
        return [], []
    graders = _graders(run, run.grading.get("GRADER"), counts)
    weights = [row["weight"] for row in graders]
    total = sum(weight for weight in weights if weight is not None)
    if graders and (None in weights or abs(total - 1) > TOLERANCE):
        counts.notes.append(f"the grading weights of {run.course_id} add up to {total:g}, not 1")
    return graders, _cutoffs(run, run.grading.get("GRADE_CUTOFFS"), counts)


def _graders(run: Run, entries: Any, counts: Counts) -> list[Row]:
    if not isinstance(entries, list):
        counts.notes.append(f"the grading policy of {run.course_id} has no GRADER")
        return []
    rows = []
    for position, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            counts.reject(position, "bad_grader", "no JSON object", orjson.dumps(entry))
            continue
        other = {key: value for key, value in entry.items() if key not in NAMED}
        rows.append(
            {
                "course_id": run.course_id,
                "position": position,
                "assignment_type": text_of(entry.get("type")),
                "name": text_of(entry.get("name") or entry.get("type")),
                "weight": number(entry.get("weight")),
                "short_label": text_of(entry.get("short_label")),
                "min_count": _whole(entry.get("min_count")),
                "drop_count": _whole(entry.get("drop_count")),
                "other": orjson.dumps(other, option=orjson.OPT_SORT_KEYS).decode(),
                "source_line": position,
            }
        )
    return rows


def _cutoffs(run: Run, entries: Any, counts: Counts) -> list[Row]:
    if not isinstance(entries, dict) or not entries:
        counts.notes.append(f"the grading policy of {run.course_id} has no GRADE_CUTOFFS")
        return []
    rows = []
    for position, (name, value) in enumerate(entries.items(), start=1):
        cutoff = number(value)
        if cutoff is None:
            counts.reject(position, "bad_cutoff", name, orjson.dumps(value))
            continue
        rows.append(
            {
                "course_id": run.course_id,
                "name": name,
                "cutoff": cutoff,
                "source_line": position,
            }
        )
    return rows


def _whole(value: Any) -> int | None:
    found = number(value)
    return int(found) if found is not None and abs(found) < LARGEST_WHOLE else None
