"""The departure gate: what must hold before anybody sees new data.

Enters: evidence from lake and warehouse, the settings' bounds, the current release. Leaves: one
`Condition` each; `refuse_unless_met` raises and nothing has moved.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from studium.config import PublishSettings
from studium.errors import StudiumError
from studium.publish.manifest import Manifest
from studium.vocabulary import CheckOutcome, InputFile


class Evidence(NamedTuple):
    """What the gate looks at; collected before it, so that it is a function of its inputs."""

    checks: Sequence[CheckOutcome]
    mismatches: Sequence[str]  # files whose lines do not add up, in words
    unbuilt: Sequence[date]  # dates that changed in the lake since the build
    unbuilt_courses: Sequence[str]  # courses whose dumps changed since the build
    inputs: Sequence[InputFile]
    lake_events: int  # inside the interval of the build, duplicates not counted
    counted_events: int  # sum over event_types_daily
    table_rows: Mapping[str, int]
    last_event: date | None
    today: date  # the only place where the calendar of the reader counts


class Condition(NamedTuple):
    """A promise, whether it holds, what was found and the command that shows more."""

    name: str
    holds: bool
    found: str
    command: str


def weigh(evidence: Evidence, bounds: PublishSettings, current: Manifest | None) -> list[Condition]:
    """All conditions, also those that hold, in a fixed order."""
    return [
        _every_check_passes(evidence),
        _every_line_is_accounted_for(evidence),
        _every_date_is_built(evidence),
        _every_dump_is_built(evidence),
        _every_event_is_counted(evidence),
        _there_are_enough_events(evidence, bounds),
        _no_table_shrinks(evidence, bounds, current),
        _events_are_fresh(evidence, bounds),
        _no_event_is_far_ahead(evidence, bounds),
        _few_lines_are_quarantined(evidence, bounds),
    ]


def refuse_unless_met(conditions: Sequence[Condition], where: str) -> None:
    """Raise a StudiumError that lists every condition that does not hold."""
    broken = [condition for condition in conditions if not condition.holds]
    if not broken:
        return
    found = "; ".join(f"{condition.name}: {condition.found}" for condition in broken)
    commands = dict.fromkeys(
        command for condition in broken for command in condition.command.split(" · ")
    )
    raise StudiumError(
        f"Not published, {len(broken)} of {len(conditions)} conditions do not hold: {found}",
        where,
        f"See what is wrong: {' · '.join(commands)}",
    )


def _every_check_passes(evidence: Evidence) -> Condition:
    failed = [check for check in evidence.checks if check.status not in {"pass", "warn"}]
    found = ", ".join(f"{check.name} ({_rows(check.failures)})" for check in failed)
    command = " · ".join(f"studium check --show {check.name}" for check in failed[:3])
    if not evidence.checks:
        found, command = "no check ran", "studium check"
    holds = bool(evidence.checks) and not failed
    return Condition("every_check_passes", holds, found or "all pass", command)


def _every_line_is_accounted_for(evidence: Evidence) -> Condition:
    found = "; ".join(evidence.mismatches[:3])
    if len(evidence.mismatches) > 3:
        found += f"; and {len(evidence.mismatches) - 3} more files"
    return Condition(
        "every_line_is_accounted_for",
        not evidence.mismatches,
        found or "lines = events + duplicates + quarantined + skipped",
        "studium status",
    )


def _every_date_is_built(evidence: Evidence) -> Condition:
    """Else the manifest would name inputs from which nothing was computed."""
    days = evidence.unbuilt
    found = (
        f"{len(days)} dates of the lake changed since the build, the first is {min(days)}"
        if days
        else ""
    )
    return Condition(
        "every_date_is_built",
        not days,
        found or "the tables hold all of the lake",
        "studium build, then studium publish",
    )


def _every_dump_is_built(evidence: Evidence) -> Condition:
    """The same for the tables that came in data packages."""
    courses = evidence.unbuilt_courses
    found = (
        f"{len(courses)} courses have other dumps, the first is {min(courses)}" if courses else ""
    )
    return Condition(
        "every_dump_is_built",
        not courses,
        found or "the tables hold the current dump of every course",
        "studium build, then studium publish",
    )


def _every_event_is_counted(evidence: Evidence) -> Condition:
    difference = evidence.counted_events - evidence.lake_events
    return Condition(
        "every_event_is_counted",
        difference == 0,
        f"the lake has {evidence.lake_events:,} events, event_types_daily counts "
        f"{evidence.counted_events:,}",
        "studium build, then studium publish",
    )


def _there_are_enough_events(evidence: Evidence, bounds: PublishSettings) -> Condition:
    return Condition(
        "there_are_enough_events",
        evidence.counted_events >= bounds.minimum_events,
        f"{evidence.counted_events:,} events, publish.minimum_events is {bounds.minimum_events:,}",
        "studium status",
    )


def _no_table_shrinks(
    evidence: Evidence, bounds: PublishSettings, current: Manifest | None
) -> Condition:
    shrunk = []
    for table in current.tables if current else []:
        rows = evidence.table_rows.get(table.name, 0)
        lost = 100 * (table.rows - rows) / table.rows if table.rows else 0.0
        if lost > bounds.maximum_drop_percent:
            shrunk.append(f"{table.name} fell from {table.rows:,} to {rows:,} rows")
    return Condition(
        "no_table_shrinks",
        not shrunk,
        "; ".join(shrunk) or f"no table lost more than {bounds.maximum_drop_percent:g} %",
        "studium status · if meant: STUDIUM_PUBLISH__MAXIMUM_DROP_PERCENT=100 studium publish",
    )


def _events_are_fresh(evidence: Evidence, bounds: PublishSettings) -> Condition:
    limit = bounds.maximum_age_days
    if limit is None or evidence.last_event is None:
        return Condition("events_are_fresh", True, "any age is allowed", "studium status")
    age = (evidence.today - evidence.last_event).days
    return Condition(
        "events_are_fresh",
        age <= limit,
        f"the last event is of {evidence.last_event}, {age} days ago; "
        f"publish.maximum_age_days is {limit}",
        "studium status",
    )


def _no_event_is_far_ahead(evidence: Evidence, bounds: PublishSettings) -> Condition:
    """Else one wrong clock moves `as_of`, and daily tables grow by all the days before it."""
    limit = bounds.maximum_days_ahead
    name = "no_event_is_far_ahead"
    if limit is None or evidence.last_event is None:
        return Condition(name, True, "any future is allowed", "studium status")
    ahead = (evidence.last_event - evidence.today).days
    return Condition(
        name,
        ahead <= limit,
        f"the last event is of {evidence.last_event}, {ahead:,} days after {evidence.today}; "
        f"publish.maximum_days_ahead is {limit}",
        "studium status · to leave such events out: studium run --as-of DATE",
    )


def _few_lines_are_quarantined(evidence: Evidence, bounds: PublishSettings) -> Condition:
    lines = sum(file.lines for file in evidence.inputs)
    quarantined = sum(file.quarantined for file in evidence.inputs)
    percent = 100 * quarantined / lines if lines else 0.0
    return Condition(
        "few_lines_are_quarantined",
        percent <= bounds.maximum_quarantined_percent,
        f"{quarantined:,} of {lines:,} lines ({percent:.1f} %); "
        f"publish.maximum_quarantined_percent is {bounds.maximum_quarantined_percent:g}",
        "studium quarantine",
    )


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
