"""The interval [events_from, as_of) of event dates that a build counts, and its definitions.

Enters: what a person asked for and what is in the lake. Leaves: an interval whose end is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from studium.errors import MisuseError
from studium.vocabulary import EventDay

EMPTY_LAKE_AS_OF = date(1970, 1, 1)


@dataclass(frozen=True)
class Interval:
    """Dates from `events_from`, included, to `as_of`, excluded; `compat`: as published systems do.

    Without `events_from` all dates before `as_of` count; without `as_of` it is the day after the
    last event.
    """

    events_from: date | None = None
    as_of: date | None = None
    compat: bool = False

    def holds(self, day: date) -> bool:
        """Whether events of `day` count."""
        return (self.events_from or date.min) <= day < (self.as_of or date.max)


def resolve(interval: Interval, partitions: Sequence[EventDay]) -> Interval:
    """The interval with its `as_of`; raises MisuseError when it cannot hold any date."""
    as_of = interval.as_of or _day_after_last_event(interval, partitions)
    if interval.events_from and interval.events_from > as_of:
        raise MisuseError(
            f"The interval ends on {as_of}, before it begins on {interval.events_from}",
            "events_from and as_of",
            "Give an as_of after events_from, or leave one of them out",
        )
    return replace(interval, as_of=as_of)


def _day_after_last_event(interval: Interval, partitions: Sequence[EventDay]) -> date:
    days = [part.day for part in partitions if part.rows > part.duplicate_rows]
    first = interval.events_from or EMPTY_LAKE_AS_OF
    if not days:
        return first
    last = max(days)
    return max(last + timedelta(days=1), first) if last < date.max else date.max
