"""A release with every dataset of the dictionary, generated from its models: a new one is in the matrix by itself.

Enters: the models' columns, types and rights. Leaves: a published workspace in which each course has people
of its own and every name, personal value and text can be found again in any answer.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import duckdb

from studium.analyses import analysis_catalogue
from studium.config import Workspace
from studium.progress import Silent
from studium.publish import AreaEvidence, Candidate, Clock, LakeEvidence, publish
from studium.vocabulary import CheckOutcome, InputFile, Table
from studium.warehouse import catalogue
from tests.serve.conftest import COURSES

PEOPLE = 14  # of each course: more than a small group, so that some counts are shown
PERSONAL = "personalcanary"
DAY = date(2024, 3, 1)
# What addresses of the matrix name; anything else is text, a number or a date of its column.
_NAMED = {
    "encoded_module_id": "'v1'",
    "pipeline_video_id": "course || '|v1'",
    "problem_id": "'p1'",
    "problem_url_name": "'p1'",
    "module_id": "'block-of-' || course",
    "event_type": "'play_video'",
    "category": "case when n % 2 = 0 then 'course' else 'chapter' end",
    "mode": "case when n % 2 = 0 then 'audit' else 'verified' end",
    "label": "'ACTIVE'",
    "node_id": "'node-of-' || course",
    "parent_id": "'node-of-' || course",
    "kind": "case when n % 2 = 0 then 'tutorial' else 'page' end",
    "range_type": "'low'",
    "segment_length": "5",
    "duration": "60",
}
_TEXTS = {"string": "varchar"}


def learner_name(place: int, number: int) -> str:
    """The name of a learner of the course at `place` of COURSES; nobody is in two."""
    return f"canary{place}x{number}"


def models_of(workspace: Workspace) -> list[Table]:
    """Every dataset that a release can have."""
    return [*catalogue(workspace), *analysis_catalogue()]


def write_marts(workspace: Workspace, models: Sequence[Table]) -> None:
    """A table for each model in its types, with a row for each learner of each course."""
    courses = ", ".join(f"('{course}', {place})" for place, course in enumerate(COURSES))
    people = (
        f"select course, place, n, 'canary' || place || 'x' || n as person, place * 1000 + n as number "
        f"from range(1, {PEOPLE + 1}) as numbers (n), (values {courses}) as courses (course, place)"
    )
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("drop schema marts cascade; create schema marts")
        for model in models:
            values = ", ".join(
                f'cast({_value(model, name, kind)} as {_TEXTS.get(kind, kind)}) as "{name}"'
                for name, kind in ((column.name, column.type) for column in model.columns)
            )
            connection.execute(
                f'create table marts."{model.name}" as select {values} from ({people}){_apart(model)}'
            )


def publish_all(workspace: Workspace, models: Sequence[Table]) -> None:
    """A release of them, classified as the models say."""
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select sum(event_count) from marts.event_types_daily"
        ).fetchone()
    events = int(found[0]) if found else 0
    described = [
        Table(it.name, grain=it.grain, rights=it.rights, counts=it.counts) for it in models
    ]
    lake = LakeEvidence(
        [InputFile("tracking.log", "a" * 64, events, events=events)], [], {DAY: events}
    )
    clock = Clock(datetime(2024, 3, 4, 10, 15, tzinfo=UTC), date(2024, 3, 4))
    publish(
        workspace,
        Candidate(
            {"courses": AreaEvidence([CheckOutcome("all_is_well", "pass")], lake, described)}
        ),
        Silent(),
        clock,
    )


def _apart(model: Table) -> str:
    """No two rows of people are the same but for their numbers."""
    rights = model.rights
    if rights is None or rights.groups is None or "*" in rights.groups.measures:
        return ""
    groups = rights.groups
    numbers = {*groups.counts, *groups.measures, *groups.follows, *groups.changes}
    words = ", ".join(f'"{it.name}"' for it in model.columns if it.name not in numbers)
    return f" qualify row_number() over (partition by {words} order by n desc) = 1"


def _value(model: Table, name: str, kind: str) -> str:
    rights = model.rights
    scope = rights.scope if rights else None
    if scope and name == scope.column:
        return "course || '|v1'" if scope.until else "course"
    if scope and name in scope.within.values():
        return "split_part(replace(course, 'course-v1:', ''), '+', 1)"
    if rights and name in rights.learner:
        return "person" if kind == "string" else "number"
    if rights and name in rights.personal and kind == "string":
        return f"'{PERSONAL}' || place || 'x' || n"
    if rights and rights.groups and name in rights.groups.counts:
        return "n * 3"
    if name in _NAMED:
        return _NAMED[name]
    others = {
        "string": f"'{name}' || n % 3",
        "bigint": "n",
        "double": "n / 4",
        "boolean": "n % 2 = 0",
        "date": f"date '{DAY}' - cast(n as integer)",
        "timestamp": f"timestamp '{DAY}' - n * interval 1 day",
    }
    return others[kind]
