"""Which field of an event becomes which typed column: data for the shredder, and for the documentation.

Paths are JSON paths; the first that is present wins. Sources: docs/lake.md, after the Open edX event reference.
"""

from collections.abc import Sequence
from typing import NamedTuple

TOP_LEVEL = (
    "username",
    "time",
    "timestamp",
    "event_type",
    "event_source",
    "name",
    "session",
    "ip",
    "agent",
    "host",
    "page",
    "referer",
    "accept_language",
    "course_id",
    "anonymous_id",
    "event",
    "context",
)

CONTEXT = {
    "context_course_id": "$.course_id",
    "context_user_id": "$.user_id",
    "context_org_id": "$.org_id",
    "context_path": "$.path",
    "context_usage_key": "$.module.usage_key",
    "context_received_at": "$.received_at",
    "context_anonymous_id": "$.anonymous_id",
}


class Field(NamedTuple):
    """A column of one group of events, with its type and the paths in the payload.

    A "key" is trimmed by the query, which compares it, and a "usage key" is one that looks like it; a "text" is trimmed
    when it is written, which costs a tenth of that.
    """

    column: str
    type: str
    paths: tuple[str, ...]


# In the order of payload_group in shred.sql.
PAYLOAD: dict[str, tuple[Field, ...]] = {
    "other": (
        Field("block_key", "usage key", ("$.usage_key", "$.block_id", "$.problem_id", "$.id")),
    ),
    "video": (
        Field("video_id", "key", ("$.id", "$.module_id")),
        Field("video_code", "text", ("$.code",)),
        Field("video_duration", "double", ("$.duration",)),
        Field("video_position", "double", ("$.currentTime", "$.current_time")),
        Field("video_old_time", "double", ("$.old_time",)),
        Field("video_new_time", "double", ("$.new_time",)),
        Field("video_old_speed", "double", ("$.old_speed",)),
        Field("video_new_speed", "double", ("$.new_speed",)),
        Field("video_speed", "double", ("$.speed",)),
    ),
    "problem": (
        Field("problem_id", "key", ("$.problem_id", "$.problem")),
        Field("problem_success", "text", ("$.success",)),
        Field("problem_attempts", "bigint", ("$.attempts",)),
        Field("problem_grade", "double", ("$.grade",)),
        Field("problem_max_grade", "double", ("$.max_grade",)),
    ),
    "enrollment": (
        Field("enrollment_course", "key", ("$.course_id",)),
        Field("enrollment_user_id", "bigint", ("$.user_id",)),
        Field("enrollment_mode", "text", ("$.mode",)),
    ),
    "forum": (
        Field("forum_id", "text", ("$.id",)),
        Field("forum_commentable_id", "text", ("$.commentable_id",)),
        Field("forum_thread_id", "text", ("$.discussion.id", "$.thread_id")),
        Field("forum_target_username", "text", ("$.target_username",)),
    ),
    "link": (
        Field("link_target", "text", ("$.target_url",)),
        Field("link_current", "text", ("$.current_url",)),
    ),
}

TRIMMED_WHEN_WRITTEN = (
    "username",
    *(field.column for group in PAYLOAD.values() for field in group if field.type == "text"),
)


def line_paths() -> str:
    """SQL: what is read from a line: the top-level fields, then those of its context."""
    context = (path.replace("$.", "$.context.") for path in CONTEXT.values())
    return _path_list([*(f"$.{name}" for name in TOP_LEVEL), *context])


def line_columns() -> str:
    """SQL: the extracted list as named columns."""
    names = [*TOP_LEVEL, *CONTEXT]
    return ",\n        ".join(f"top[{i}] as {name}" for i, name in enumerate(names, 1))


def payload_paths(group: str) -> str:
    """SQL: what is read from the payloads of a group of events."""
    return _path_list(_paths(group))


def payload_texts(group: str) -> str:
    """SQL: for each column of a group the first path that is present, as text."""
    paths = _paths(group)
    columns = []
    for field in PAYLOAD[group]:
        values = [f"parts[{paths.index(path) + 1}]" for path in field.paths]
        value = f"coalesce({', '.join(values)})" if len(values) > 1 else values[0]
        columns.append(f"{value} as {field.column}")
    return ",\n        ".join(columns)


def payload_columns(group: str) -> str:
    """SQL: these texts in the types of their columns."""
    return ",\n    ".join(
        f"{_typed(field.column, field.type)} as {field.column}" for field in PAYLOAD[group]
    )


def _paths(group: str) -> list[str]:
    return [path for field in PAYLOAD[group] for path in field.paths]


def _path_list(paths: Sequence[str]) -> str:
    return "[" + ", ".join(f"'{path}'" for path in paths) + "]"


def _typed(value: str, type_name: str) -> str:
    """Numbers only if finite, integers only if exact: '7.5' is no id."""
    if type_name == "double":
        return f"finite_number(try_cast({value} as double))"
    if type_name == "bigint":
        return f"exact_integer({value})"
    if type_name == "usage key":
        return f"usage_key({value})"
    return f"trimmed({value})" if type_name == "key" else value
