"""A question about one type of event, and the SQL that answers it over the lake's own columns.

Enters: names that people type. Leaves: SQL in which every value is bound; a name is taken only from the
lists here or from the files' own columns, anything else is a path into the payload, bound as well.
"""

import re
from collections.abc import Collection, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any, NamedTuple

from msgspec import Struct

from studium.errors import MisuseError
from studium.publish.courses.events.devices import Device, device_sql

_LONGEST_NAME = 200
_MOST_NAMES = 4
_MOST_READ = 1000  # events that are asked what keys they have
MOST_ROWS = 10_000
_PATH = re.compile(r"[^\x00-\x1f\"\\]+")

DIMENSIONS: dict[str, str] = {
    **{str(device): device_sql(device, "user_agent") for device in Device},
    "course": "course_id",
    "organisation": "org_id",
    "source": "event_source",
    "host": "host",
    "date": "cast(event_time as date)",
    "week": "cast(date_trunc('week', event_time) as date)",
    "month": "cast(date_trunc('month', event_time) as date)",
    "hour": "hour(event_time)",
}
# Whole documents, and what names the line, are no fields to count by.
_NO_FIELDS = {"event_id", "payload", "context", "extra", "source_file", "source_line"}


class EventQuestion(Struct, frozen=True):
    """How often events of `event_type` happened in [start, end), by dimensions and by fields.

    `courses` limits the rows that count, as rights do (None: all of them); `course` is the asker's own filter.
    A field is a column of the lake (`video_new_time`), else a key of the payload (`new_time`, `state.seed`);
    `payload.page` and `context.path` say which is meant.
    """

    event_type: str
    by: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    course: str | None = None
    start: date | None = None
    end: date | None = None
    courses: frozenset[str] | None = None
    limit: int = 50


class Query(NamedTuple):
    """SQL over the view `chosen`, that of the view and of the payload's keys, and the values of their parameters."""

    chosen: str
    known: str
    groups: str
    total: str
    fields: list[str]
    values: dict[str, Any]


def check_question(question: EventQuestion) -> None:
    """Raise MisuseError for what cannot be asked, whatever the release holds."""
    if not question.event_type or len(question.event_type) > _LONGEST_NAME:
        raise _misuse("An event type has 1 to 200 characters", "TYPE")
    for name in question.by:
        if name not in DIMENSIONS:
            nearest = get_close_matches(name, DIMENSIONS, n=1)
            hint = f"Did you mean {nearest[0]}? " if nearest else ""
            raise MisuseError(
                f"Events cannot be counted by {name[:_LONGEST_NAME]}",
                "by",
                f"{hint}Choose from: {', '.join(DIMENSIONS)}; or name a field of the event: field",
            )
    if len(question.by) + len(question.fields) > _MOST_NAMES:
        raise _misuse(f"Count by at most {_MOST_NAMES} dimensions and fields at once", "by, field")
    if not 1 <= question.limit <= MOST_ROWS:
        raise _misuse(f"The limit is a number from 1 to {MOST_ROWS:,}", "limit")
    if question.start and question.end and question.start >= question.end:
        raise _misuse(f"No day is left between {question.start} and {question.end}", "start, end")


def write_query(question: EventQuestion, columns: Collection[str], has_duplicates: bool) -> Query:
    """The SQL of a question that was checked; `columns` are those of the files."""
    names = _distinct([*question.by, *question.fields])
    values: dict[str, Any] = {"event_type": question.event_type}
    shown = [DIMENSIONS[name] for name in question.by]
    for number, field in enumerate(question.fields, start=1):
        shown.append(_field_sql(field, columns, f"field{number}", values))
    chosen = ", ".join(
        [f"{sql} as {_quoted(name)}" for sql, name in zip(shown, names, strict=True)]
        + ["event_time as _time", "coalesce(username, cast(user_id as varchar)) as _learner"]
    )
    keys = ", ".join(_quoted(name) for name in names)
    grouped = f"select {keys}{', ' if keys else ''}{_COUNTS} from chosen"
    order = ", ".join(["events desc", *(f"{_quoted(name)} nulls last" for name in names)])
    groups = f"{grouped} group by all order by {order} limit $limit" if keys else grouped
    events = f"{_COUNTED if has_duplicates else _EVENTS} {_conditions(question, values)}"
    return Query(
        chosen=f"select {chosen} from {events}",
        known=f"select distinct unnest(json_keys(payload)) as name from "
        f"(select payload from {events} limit {_MOST_READ}) order by name",
        groups=groups,
        total=f"select {_COUNTS} from chosen",
        fields=names[len(question.by) :],
        values=values,
    )


def summary_sql(name: str) -> str:
    """SQL over `chosen`: in how many events a field is, its values, and their range where all are numbers."""
    column = _quoted(name)
    number = f"try_cast({column} as double)"
    only = f"count({column}) = count({number})"
    return (
        f"select count({column}), count(distinct {column}), "
        + ", ".join(
            f"case when {only} then {sql}({number}) end" for sql in ("min", "median", "max")
        )
        + " from chosen"
    )


_EVENTS = "read_parquet($paths, hive_partitioning = false) as event"
_COUNTED = (
    f"{_EVENTS} anti join read_parquet($duplicates, hive_partitioning = false) as duplicate "
    "using (source_file, source_line)"
)
_COUNTS = (
    "count(*) as events, count(distinct _learner) as learners, "
    "min(_time) as first_at, max(_time) as last_at"
)


def _conditions(question: EventQuestion, values: dict[str, Any]) -> str:
    conditions = ["event_type = $event_type"]
    if question.course is not None:
        conditions.append("course_id = $course")
        values["course"] = question.course
    if question.courses is not None:
        conditions.append("list_contains($courses, course_id)")
        values["courses"] = sorted(question.courses)
    return "where " + " and ".join(conditions)


def _field_sql(field: str, columns: Collection[str], parameter: str, values: dict[str, Any]) -> str:
    if field in columns and field not in _NO_FIELDS:
        return f"cast({_quoted(field)} as varchar)"
    place, _, rest = field.partition(".")
    if place in {"payload", "context"} and rest:
        column, path = place, rest
    else:
        column, path = "payload", field
    if len(path) > _LONGEST_NAME or not _PATH.fullmatch(path) or "" in path.split("."):
        raise _misuse(f"{field[:_LONGEST_NAME]!r} is no name of a field", "field")
    values[parameter] = "$" + "".join(f'."{part}"' for part in path.split("."))
    return f"json_extract_string({column}, ${parameter})"


def _distinct(names: Sequence[str]) -> list[str]:
    """Names of the answer's columns; counts have names of their own."""
    taken = {"events", "learners", "first_at", "last_at", "_time", "_learner"}
    found = []
    for name in names:
        free = name
        while free.lower() in taken:
            free = f"{free}_"
        taken.add(free.lower())
        found.append(free)
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _misuse(problem: str, where: str) -> MisuseError:
    return MisuseError(
        problem, where, "For example: studium events seek_video --by os --field new_time"
    )
