"""Asks the events of one release: a connection of its own that reaches their folder and nothing else.

Enters: a release, a question, limits. Leaves: counts. The files are held meanwhile, so that retention
does not remove them; time, memory and threads are bounded.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from studium.errors import StudiumError
from studium.publish.courses.events.questions import (
    EventQuestion,
    Query,
    check_question,
    summary_sql,
    write_query,
)
from studium.publish.event_days import FOLDER, count_parts, list_parts
from studium.publish.manifest import DamagedReleaseError, Release
from studium.publish.release import Limits, OpenRelease, OverdueError, open_release
from studium.publish.verification import verify_events

if TYPE_CHECKING:
    import duckdb


class EventLimits(NamedTuple):
    """Of one question; without `scratch` nothing is spilled to the disk."""

    seconds: float = 20.0
    memory_mb: int = 1000
    threads: int = 2
    scratch: Path | None = None


class EventField(NamedTuple):
    """A field over all events of the answer; the range is None where a value is no number."""

    name: str
    events: int
    values: int
    least: float | None
    median: float | None
    greatest: float | None


class EventAnswer(NamedTuple):
    """`rows` are the largest groups; `total` counts all events, learners once.

    `known` are keys that their payloads have; it is asked for where none has a field of the question.
    """

    columns: list[str]
    rows: list[tuple[Any, ...]]
    total: dict[str, Any]
    fields: list[EventField]
    known: tuple[str, ...] = ()


_TEMPORARY_MB = 10_000
_Result = TypeVar("_Result")
_COUNTS = ("events", "learners", "first_at", "last_at")


def query_events(
    release: Release, question: EventQuestion, limits: EventLimits | None = None
) -> EventAnswer:
    """Count events of one type; a type that never happened gives a total of 0 and no rows.

    Raises MisuseError for a question that cannot be asked, StudiumError when the release has no events or the
    limits are not enough, DamagedReleaseError when files are missing or changed.
    """
    check_question(question)
    if not release.manifest.event_files:
        raise StudiumError(
            "This release was published without its events",
            f"release {release.id}",
            "Set publish.events = true in studium.toml, then: studium publish",
        )
    if count_parts(release.path) != release.manifest.event_files:
        raise DamagedReleaseError(release.path, "files of its events are missing")
    parts = list_parts(release.path, question.start, question.end)
    verify_events(release, parts)
    if not parts.events:
        return EventAnswer([*question.by, *question.fields, *_COUNTS], [], _nothing(), [])
    values = {"paths": [str(path) for path in parts.events]}
    if parts.duplicates:
        values["duplicates"] = [str(path) for path in parts.duplicates]
    given = limits or EventLimits()
    bounds = Limits(given.seconds, given.memory_mb, _TEMPORARY_MB, given.threads, given.scratch)
    with open_release(_Events, release, bounds, [release.path / FOLDER]) as opened:
        return opened.call(lambda: _answer(opened.connection, question, values))


class _Events(OpenRelease):
    """A release opened for one question about its events."""

    def call(self, work: Callable[[], _Result]) -> _Result:
        """What `work` gives; raises StudiumError with what to ask less of."""
        try:
            return self.run(work)
        except OverdueError as error:
            raise StudiumError(
                f"The question {error}",
                f"release {self.release.id}",
                "Ask for fewer days: a first and a last date",
            ) from None

    def explain(self, error: Exception) -> StudiumError:
        """Too little memory, or damage."""
        import duckdb

        if isinstance(error, duckdb.OutOfMemoryException):
            return StudiumError(
                f"The question needs more than {self.limits.memory_mb:,} MB of memory",
                f"release {self.release.id}",
                "Ask for fewer days, or by a field with fewer values",
            )
        return StudiumError(
            f"The events cannot be read: {str(error).splitlines()[0]}",
            f"release {self.release.id}",
            "Look for damage: studium doctor",
        )


def _answer(
    connection: "duckdb.DuckDBPyConnection", question: EventQuestion, files: Mapping[str, Any]
) -> EventAnswer:
    columns = [
        row[0]
        for row in connection.execute(
            "describe select * from read_parquet($path, hive_partitioning = false)",
            {"path": files["paths"][0]},
        ).fetchall()
    ]
    query = write_query(question, columns, "duplicates" in files)
    # Materialised once: payloads are read once for groups, total and fields.
    connection.execute(f"create temp table chosen as {query.chosen}", {**query.values, **files})
    has_keys = bool(question.by or question.fields)
    values = {"limit": question.limit} if has_keys else {}
    found = connection.execute(query.groups, values)
    names = [column[0] for column in found.description]
    rows = found.fetchall() if has_keys else []
    total = connection.execute(query.total).fetchone() or ()
    fields = list(_summaries(connection, query))
    known = []
    if any(not field.events for field in fields):
        names_of = _named_in(query.known, query.values)
        known = connection.execute(query.known, {**names_of, **files}).fetchall()
    return EventAnswer(
        columns=names,
        rows=rows,
        total=dict(zip(_COUNTS, total, strict=True)),
        fields=fields,
        known=tuple(row[0] for row in known),
    )


def _named_in(sql: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values whose parameters are in the SQL: DuckDB takes no others."""
    return {name: value for name, value in values.items() if re.search(rf"\${name}\b", sql)}


def _summaries(connection: "duckdb.DuckDBPyConnection", query: Query) -> Iterator[EventField]:
    for name in query.fields:
        yield EventField(name, *(connection.execute(summary_sql(name)).fetchone() or ()))


def _nothing() -> dict[str, Any]:
    return {"events": 0, "learners": 0, "first_at": None, "last_at": None}
