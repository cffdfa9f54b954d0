"""Events without a pipeline: which types there are, and how often one is used, by device, time or any field.

Enters: a reader, a question. Leaves: counts over the events of the release that is read. For roles that see
single learners by name; course staff count the events of their courses.
"""

from dataclasses import dataclass
from datetime import date
from threading import BoundedSemaphore
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, Field

from studium.errors import MisuseError, StudiumError
from studium.publish import (
    DIMENSIONS,
    DamagedReleaseError,
    EventAnswer,
    EventLimits,
    EventQuestion,
    query_events,
)
from studium.serve.protocol import CSV, prefers_csv
from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import (
    Listing,
    Paging,
    ProblemError,
    Reading,
    Server,
    answer_all,
    server_of,
)
from studium.serve.web.days import AskedDays, Moment
from studium.serve.web.listings import csv_file

router = APIRouter(prefix="/api/v1", tags=["events"])
_AT_ONCE = BoundedSemaphore(2)  # each has memory and threads of its own
_WAIT_SECONDS = 5.0


@dataclass(frozen=True)
class EventType:
    """A type of event and its use."""

    event_type: str
    events: int
    first_date: date
    last_date: date


@dataclass(frozen=True)
class FieldSummary:
    """A field over all events of the answer; the range is null where a value is no number."""

    name: str
    events: int
    values: int
    least: float | None
    median: float | None
    greatest: float | None


class EventTotal(BaseModel):
    """All events of a type; each learner counts once."""

    events: int
    learners: int
    first_at: Moment | None
    last_at: Moment | None


class EventCounts(BaseModel):
    """Answer to a question about one type of event; the keys of `groups` are the dimensions and fields asked for."""

    event_type: str
    total: EventTotal
    fields: list[FieldSummary] = Field(description="What values each field has, over all events.")
    groups: list[dict[str, Any]] = Field(
        description="The largest groups.",
        examples=[[{"os": "Android", "new_time": "7.0", "events": 12, "learners": 9}]],
    )
    release: str
    as_of: date | None


_TYPES = """
select
    event_type,
    cast(sum(event_count) as bigint) as events,
    min(date) as first_date,
    max(date) as last_date
from event_types_daily
group by event_type
order by events desc, event_type
"""


def list_types(reader: Reader) -> list[EventType]:
    """Types of events, those used most first."""
    if not reader.has("event_types_daily"):
        return []
    return [EventType(**row) for row in reader.rows(_TYPES)]


def count_events(server: Server, reader: Reader, question: EventQuestion) -> EventAnswer:
    """Answer a question within the principal's courses, and note it for the audit log.

    Raises ProblemError 422 for what cannot be asked, 503 when too many ask at once or the limits are not enough.
    """
    if question.course is not None and not reader.has_course(question.course):
        raise HiddenError
    permitted = reader.permitted("course")
    asked = msgspec.structs.replace(question, courses=permitted)
    if not _AT_ONCE.acquire(timeout=_WAIT_SECONDS):
        raise ProblemError(
            503, "Others are asking about events just now", "Ask again.", {"Retry-After": "5"}
        )
    try:
        answer = query_events(reader.open_release.release, asked, _limits(server))
    except MisuseError as error:
        raise ProblemError(422, error.problem, error.fix) from None
    except DamagedReleaseError as damage:
        if not server.keeper.is_current(reader.release_id):
            raise ProblemError(
                503,
                "Another release took the place of this one",
                "Ask again.",
                {"Retry-After": "1"},
            ) from None
        raise ProblemError(
            503,
            f"The files of events of this release are not there any more: {damage.reason}",
            "Have an administrator go back to a whole release, studium rollback, or make a new one,"
            " studium publish; what needs no events is still answered.",
        ) from None
    except StudiumError as error:
        raise ProblemError(503, error.problem, error.fix) from None
    finally:
        _AT_ONCE.release()
    asked_for = ("event_type", "by", "fields", "course", "start", "end")
    parameters = {name: getattr(question, name) for name in asked_for}
    reader.note(("events",), parameters, len(answer.rows))
    return answer


def _limits(server: Server) -> EventLimits:
    settings = server.workspace.settings.serve
    return EventLimits(
        seconds=settings.time_limit_seconds,
        memory_mb=settings.memory_limit_mb,
        threads=settings.threads,
        scratch=server.workspace.scratch / "events",
    )


@dataclass(frozen=True)
class _Breakdown:
    by: tuple[str, ...]
    fields: tuple[str, ...]


def _breakdown_of(
    by: Annotated[
        list[str] | None,
        Query(max_length=4, description=f"Any of: {', '.join(DIMENSIONS)}.", examples=[["os"]]),
    ] = None,
    field: Annotated[
        list[str] | None,
        Query(
            max_length=4,
            description="Columns of the lake (`video_new_time`), or keys of the payload (`new_time`, `state.seed`).",
            examples=[["new_time"]],
        ),
    ] = None,
) -> _Breakdown:
    return _Breakdown(tuple(by or ()), tuple(field or ()))


def question_of(
    event_type: Annotated[
        str,
        Path(max_length=200, description="A type as `/events` lists it.", examples=["seek_video"]),
    ],
    days: AskedDays,
    breakdown: Annotated[_Breakdown, Depends(_breakdown_of)],
    course_id: Annotated[str | None, Query(max_length=255)] = None,
    limit: Annotated[int, Query(ge=1, le=10_000, description="Most groups.")] = 50,
) -> EventQuestion:
    """The question that a request asks."""
    return EventQuestion(
        event_type=event_type,
        by=breakdown.by,
        fields=breakdown.fields,
        course=course_id,
        start=days.start,
        end=days.end,
        limit=limit,
    )


AskedQuestion = Annotated[EventQuestion, Depends(question_of)]


@router.get("/events", response_model=Listing[EventType])
@rule(Rule.EVENTS)
def event_types(reader: Reading, page: Paging) -> Any:
    """Types of events, those used most first."""
    return answer_all(reader, EventType, list_types(reader), page)


@router.get(
    "/events/{event_type:path}",
    response_model=EventCounts,
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}}}},
)
@rule(Rule.EVENTS)
def events(request: Request, question: AskedQuestion, reader: Reading) -> Any:
    """How often an event is used, on which device, by a field that only it has."""
    answer = count_events(server_of(request), reader, question)
    if prefers_csv(request):
        return csv_file(reader, "events", answer.columns, answer.rows)
    return EventCounts(
        event_type=question.event_type,
        total=EventTotal(**answer.total),
        fields=[FieldSummary(*it) for it in answer.fields],
        groups=[dict(zip(answer.columns, row, strict=True)) for row in answer.rows],
        release=reader.release_id,
        as_of=reader.as_of,
    )
