"""Dates as courses write them.

Enters: ISO 8601 with or without fraction, seconds, zone and quotes, and English spellings. Leaves: UTC without zone.
"""

import re
from datetime import UTC, datetime

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FULL_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
ISO = re.compile(r"^\d{4}-\d\d-\d\d")
ENGLISH = re.compile(
    r"^([A-Za-z]+)\.? +(\d{1,2}),? +(\d{4})"
    r"(?:,? +(?:at +)?(\d{1,2}):(\d\d)(?::(\d\d))?(?: *(?:UTC|Z))?)?$"
)


def utc_time(text: str) -> datetime | None:
    """UTC without zone; a text without a zone is UTC; None where it is no date.

    >>> utc_time("2099-03-10T12:00:00+02:00"), utc_time("March 10, 2099, 10:00")
    (datetime.datetime(2099, 3, 10, 10, 0), datetime.datetime(2099, 3, 10, 10, 0))
    """
    text = text.strip().strip('"').strip()
    try:
        found = datetime.fromisoformat(text) if ISO.match(text) else _english(text)
        if found is None or found.tzinfo is None:
            return found
        return found.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _english(text: str) -> datetime | None:
    match = ENGLISH.match(text)
    if not match:
        return None
    name, day, year, *clock = match.groups()
    months = MONTHS if len(name) == 3 else FULL_MONTHS
    if name.lower() not in months:
        return None
    month = months.index(name.lower()) + 1
    hour, minute, second = (int(part or 0) for part in clock)
    return datetime(int(year), month, int(day), hour, minute, second)  # noqa: DTZ001
