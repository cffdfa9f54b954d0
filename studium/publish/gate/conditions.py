"""The departure gate: what must hold before anybody sees new data.

Enters: evidence of one area from lake and warehouse, the settings' bounds. Leaves: one `Condition` each;
`refuse_unless_met` raises and nothing has moved.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from studium.config import PublishSettings
from studium.errors import StudiumError
from studium.publish.gate.losses import Loss
from studium.vocabulary import CheckOutcome, InputFile


class Evidence(NamedTuple):
    """What the gate looks at of one area; collected before it, so that it is a function of its inputs."""

    area: str
    checks: Sequence[CheckOutcome]
    failed: Sequence[str]  # models that could not be built
    mismatches: Sequence[str]  # files whose lines do not add up, in words
    unbuilt: Sequence[date]  # dates that changed in the lake since the build
    unbuilt_scopes: Sequence[str]  # whose dumps changed since the build
    inputs: Sequence[InputFile]
    has_events: bool  # whether any file of events was landed
    lake_events: int  # inside the interval of the build, duplicates not counted
    counted_events: int  # as the tables count them
    table_rows: Mapping[str, int]
    losses: Sequence[
        Loss
    ]  # tables with fewer rows than the current release, beyond what is explained
    newest: date | None  # day of the last event or, without events, of the newest delivery
    today: date  # the only place where the calendar of the reader counts


class Condition(NamedTuple):
    """A promise of one area, whether it holds, what was found and the command that shows more."""

    name: str
    holds: bool
    found: str
    command: str
    area: str = ""


def weigh(evidence: Evidence, bounds: PublishSettings) -> list[Condition]:
    """All conditions, also those that hold, in a fixed order."""
    conditions = [
        _every_model_is_built(evidence),
        _every_check_passes(evidence),
        _every_line_is_accounted_for(evidence),
        _every_date_is_built(evidence),
        _every_dump_is_built(evidence),
        _every_event_is_counted(evidence),
        _there_is_enough(evidence, bounds),
        _no_table_shrinks(evidence, bounds),
        _data_is_fresh(evidence, bounds),
        _no_event_is_far_ahead(evidence, bounds),
        _few_lines_are_quarantined(evidence, bounds),
    ]
    return [condition._replace(area=evidence.area) for condition in conditions]


def broken(conditions: Sequence[Condition]) -> list[Condition]:
    """Those that do not hold."""
    return [condition for condition in conditions if not condition.holds]


def refuse_unless_met(conditions: Sequence[Condition], where: str) -> None:
    """Raise a StudiumError that lists every condition that does not hold, with its area."""
    unmet = broken(conditions)
    if not unmet:
        return
    areas = dict.fromkeys(condition.area for condition in unmet)
    found = "; ".join(
        f"{area}: " + "; ".join(f"{it.name}: {it.found}" for it in unmet if it.area == area)
        for area in areas
    )
    commands = dict.fromkeys(
        command for condition in unmet for command in condition.command.split(" · ")
    )
    raise StudiumError(
        f"Not published, {len(unmet)} of {len(conditions)} conditions do not hold: {found}",
        where,
        f"See what is wrong: {' · '.join(commands)}",
    )


def _every_model_is_built(evidence: Evidence) -> Condition:
    found = ", ".join(evidence.failed[:3])
    if len(evidence.failed) > 3:
        found += f" and {len(evidence.failed) - 3} more"
    return Condition(
        "every_model_is_built",
        not evidence.failed,
        f"not built: {found}" if found else "all are built",
        "studium build",
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
    """The same for what came as dumps."""
    scopes = evidence.unbuilt_scopes
    found = f"there are other dumps of {len(scopes)}, the first is {min(scopes)}" if scopes else ""
    return Condition(
        "every_dump_is_built",
        not scopes,
        found or "the tables hold every current dump",
        "studium build, then studium publish",
    )


def _every_event_is_counted(evidence: Evidence) -> Condition:
    if not evidence.has_events and not evidence.lake_events:
        return Condition("every_event_is_counted", True, "there are none", "studium status")
    difference = evidence.counted_events - evidence.lake_events
    return Condition(
        "every_event_is_counted",
        difference == 0,
        f"the lake has {evidence.lake_events:,} events, the tables count "
        f"{evidence.counted_events:,}",
        "studium build, then studium publish",
    )


def _there_is_enough(evidence: Evidence, bounds: PublishSettings) -> Condition:
    """Events, where any log was landed; else rows of any table, so that packages alone make a release."""
    if evidence.has_events:
        return Condition(
            "there_are_enough_events",
            evidence.counted_events >= bounds.minimum_events,
            f"{evidence.counted_events:,} events, publish.minimum_events is {bounds.minimum_events:,}",
            "studium status",
        )
    rows = sum(evidence.table_rows.values())
    return Condition(
        "there_are_enough_rows",
        rows >= bounds.minimum_rows,
        f"{rows:,} rows, publish.minimum_rows is {bounds.minimum_rows:,}",
        "studium status",
    )


def _no_table_shrinks(evidence: Evidence, bounds: PublishSettings) -> Condition:
    lost = [loss for loss in evidence.losses if loss.table not in bounds.may_shrink]
    names = ",".join(f'"{loss.table}"' for loss in lost)
    return Condition(
        "no_table_shrinks",
        not lost,
        "; ".join(str(loss) for loss in lost)
        or f"no table lost more than {bounds.maximum_drop_percent:g} % that no missing file explains",
        "studium status · if these tables are meant to shrink: "
        f"STUDIUM_PUBLISH__MAY_SHRINK='[{names}]' studium publish",
    )


def _data_is_fresh(evidence: Evidence, bounds: PublishSettings) -> Condition:
    name, what = "data_is_fresh", "delivery"
    if evidence.has_events:
        name, what = "events_are_fresh", "event"
    limit = bounds.maximum_age_days
    if limit is None or evidence.newest is None:
        return Condition(name, True, "any age is allowed", "studium status")
    age = (evidence.today - evidence.newest).days
    return Condition(
        name,
        age <= limit,
        f"the last {what} is of {evidence.newest}, {age} days ago; "
        f"publish.maximum_age_days is {limit}",
        "studium status",
    )


def _no_event_is_far_ahead(evidence: Evidence, bounds: PublishSettings) -> Condition:
    """Else one wrong clock moves `as_of`, and daily tables grow by all the days before it."""
    limit = bounds.maximum_days_ahead
    name = "no_event_is_far_ahead"
    if limit is None or evidence.newest is None or not evidence.has_events:
        return Condition(name, True, "any future is allowed", "studium status")
    ahead = (evidence.newest - evidence.today).days
    return Condition(
        name,
        ahead <= limit,
        f"the last event is of {evidence.newest}, {ahead:,} days after {evidence.today}; "
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
