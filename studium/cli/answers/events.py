"""How often an event is used, on which device, by a field that only it has: without a pipeline.

Enters: a type of event, dimensions, fields. Leaves: counts over the events of a release.
"""

from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from studium.cli.contained import contained
from studium.cli.leaving import remember_leaving
from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.tables import count, table_lines
from studium.errors import MisuseError

if TYPE_CHECKING:
    from studium.publish import EventAnswer, EventQuestion, Release

_MOST_NAMED = 12
_DAY = click.DateTime(["%Y-%m-%d"])
_COUNTS = ("events", "learners", "first_at", "last_at")
_TYPES = (
    "select event_type, sum(event_count)::bigint as events, min(date) as first_date, "
    "max(date) as last_date from event_types_daily group by event_type order by events desc, event_type"
)


@click.command(cls=Command)
@click.argument("event_type", metavar="[TYPE]", required=False)
@click.option(
    "--by",
    multiple=True,
    metavar="DIMENSION",
    help="Count by device, os, browser, course, organisation, source, host, date, week, month or hour; "
    "by default all together.",
)
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="NAME",
    help="Count by a column of the lake, or by a key of the event's payload: new_time, state.seed; by default by none.",
)
@click.option("--course", metavar="KEY", help="Only events of this course; by default of all.")
@click.option(
    "--from", "start", type=_DAY, help="Only events of this day and later; by default of all days."
)
@click.option(
    "--until", "end", type=_DAY, help="Only events before this day; by default of all days."
)
@click.option(
    "--limit",
    type=click.IntRange(min=1, max=10_000),
    default=50,
    show_default=True,
    help="How many groups are shown, the largest first; of types, where it is given.",
)
@click.option(
    "--release", "release_id", metavar="ID", help="Ask this release; by default the current one."
)
@examples("studium events", "studium events seek_video --by os --field new_time")
@pass_session
def events(
    session: Session, /, event_type: str | None, release_id: str | None, **asked: Any
) -> None:
    """Count events of one type by device, time or any field; without TYPE, list the types by use."""
    said = click.get_current_context().get_parameter_source("limit")
    asked["is_limited"] = said is click.core.ParameterSource.COMMANDLINE
    contained(session, lambda: _answer(session, event_type, release_id, asked))


def _answer(
    session: Session, event_type: str | None, release_id: str | None, asked: dict[str, Any]
) -> None:
    import msgspec

    from studium import publish

    is_limited = asked.pop("is_limited")
    if event_type is None:
        _list_types(session, release_id, asked["limit"] if is_limited else None)
        return
    workspace = session.workspace()
    question = publish.EventQuestion(event_type, **{**asked, **_days(asked)})
    release = publish.find_release(workspace, release_id)
    remember_leaving(
        workspace,
        "events",
        event_type,
        {"by": question.by, "fields": question.fields, "course": question.course},
    )
    limits = workspace.settings.query
    workspace.scratch.mkdir(exist_ok=True)
    bounds = publish.EventLimits(
        limits.time_limit_seconds,
        limits.memory_limit_mb,
        limits.threads,
        workspace.scratch / "query",
    )
    answer = publish.query_events(release, question, bounds)
    if not answer.total["events"]:
        everywhere = msgspec.structs.replace(question, course=None, by=("course",), fields=())
        places = publish.query_events(release, everywhere, bounds) if question.course else answer
        _refuse_unknown(session, question, release_id, [row[0] for row in places.rows])
    for field in answer.fields:
        if answer.total["events"] and not field.events:
            raise _unknown_field(question, field.name, answer.known)
    _tell(session, question, release, answer)


def _refuse_unknown(
    session: Session, question: "EventQuestion", release_id: str | None, courses: list[str | None]
) -> None:
    """Raise MisuseError for a type or a course that the release does not know."""
    from studium import publish

    with publish.query(session.workspace(), _TYPES, release_id) as answer:
        types = [str(row[0]) for row in answer.rows()]
    if question.event_type not in types:
        raise MisuseError(
            f"No event of type {question.event_type}",
            f"{len(types):,} types have events",
            f"{_nearest(question.event_type, types)}List the types: studium events",
        )
    if question.course is not None and question.course not in courses:
        known = [course for course in courses if course]
        listed = (
            f"Courses that have: {', '.join(known[:_MOST_NAMED])}" if known else "No course has"
        )
        raise MisuseError(
            f"No {question.event_type} of course {question.course}",
            "--course",
            f"{_nearest(question.course, known)}{listed}",
        )


def _unknown_field(question: "EventQuestion", name: str, known: Sequence[str]) -> MisuseError:
    listed = (
        f"Keys of its payload: {', '.join(known[:_MOST_NAMED])}" if known else "It has no payload"
    )
    return MisuseError(
        f"No {question.event_type} has a field {name}",
        "--field",
        f"{_nearest(name, known)}{listed}",
    )


def _nearest(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.4) or [it for it in known if name in it]
    return f"Did you mean {near[0]}? " if near else ""


def _days(asked: dict[str, Any]) -> dict[str, Any]:
    days: dict[str, datetime | None] = {name: asked[name] for name in ("start", "end")}
    return {name: moment.date() if moment else None for name, moment in days.items()}


def _list_types(session: Session, release_id: str | None, limit: int | None) -> None:
    from studium import publish

    with publish.query(session.workspace(), _TYPES, release_id) as answer:
        rows = list(answer.rows())[:limit]
        session.answer(
            {
                "release": answer.release.id,
                "types": [dict(zip(answer.columns, row, strict=True)) for row in rows],
            }
        )
        if not session.is_json:
            session.say("\n".join(table_lines(answer.columns, rows)))


def _tell(
    session: Session, question: "EventQuestion", release: "Release", answer: "EventAnswer"
) -> None:
    session.answer(
        {
            "event_type": question.event_type,
            "release": release.id,
            "total": answer.total,
            "fields": [field._asdict() for field in answer.fields],
            "groups": [dict(zip(answer.columns, row, strict=True)) for row in answer.rows],
        }
    )
    total = answer.total
    if session.is_json:
        return
    if not total["events"]:
        session.say(f"No {question.event_type} in these days. List the types: studium events")
        return
    session.say(
        f"{count(total['events'], 'event')} of {count(total['learners'], 'learner')}, "
        f"{total['first_at']:%Y-%m-%d} to {total['last_at']:%Y-%m-%d}"
    )
    if answer.fields:
        headings = ["field", "events with it", "values", "least", "median", "greatest"]
        session.say("\n" + "\n".join(table_lines(headings, answer.fields)))
    if answer.rows:
        shown = [name for name in answer.columns if name not in _COUNTS[2:]]
        rows = [row[: len(shown)] for row in answer.rows]
        session.say("\n" + "\n".join(table_lines(shown, rows)))
    if len(answer.rows) == question.limit:
        session.say(f"The largest {question.limit} groups; more: --limit")
