"""Values of forum documents: MongoDB's extended JSON and MySQL's text, as plain Python.

Enters: a value as it came. Leaves: text, whole number, flag or time, None where it is none of the kind.
"""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson

from studium.lake.formats.courses.olx.dates import utc_time

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # times are UTC, without saying so
MICROSECOND = timedelta(microseconds=1)
FIRST_MILLISECOND, LAST_MILLISECOND = -62_135_596_800_000, 253_402_300_799_999  # years 1 to 9999
LARGEST_WHOLE = 2**63 - 1
WRAPPED = ("$oid", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal", "$date")
FLAGS: dict[Any, bool] = {
    **dict.fromkeys((True, "true", "True", "1", "1.0"), True),
    **dict.fromkeys((False, "false", "False", "0", "0.0"), False),
}

Reader = Callable[[Any], Any]


def unwrapped(value: Any) -> Any:
    """The value within `{"$oid": …}`, `{"$numberLong": …}` and their like; None within `{"$undefined": true}`."""
    while isinstance(value, dict) and len(value) == 1:
        (key, inner), *_ = value.items()
        if key == "$undefined":
            return None
        if key not in WRAPPED:
            break
        value = inner
    return value


def text(value: Any) -> str | None:
    """Text as it is, anything else as JSON."""
    if value.__class__ is str:
        return str(value)
    value = unwrapped(value)
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def whole(value: Any) -> int | None:
    """A whole number of 64 bits, from a number or digits."""
    if value.__class__ is not str and value.__class__ is not int:
        value = unwrapped(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        is_digits = isinstance(value, str) and value.strip().lstrip("+-").isdigit()
        number = int(value) if is_digits or isinstance(value, int) else float(value)
    except ValueError:
        return None
    if not math.isfinite(number) or number != int(number) or abs(number) > LARGEST_WHOLE:
        return None
    return int(number)


def flag(value: Any) -> bool | None:
    """True or false, from a flag, 1 and 0, or their text."""
    try:
        if value.__class__ is bool:
            return bool(value)
        value = unwrapped(value)
        return FLAGS.get(value)
    except TypeError:  # a list has no hash
        return None


def time(value: Any) -> int | None:
    """Microseconds since 1970 in UTC, from milliseconds or a text with or without zone."""
    value = unwrapped(value)
    if isinstance(value, str):
        found = utc_time(value)
        if found is not None:
            return (found - EPOCH) // MICROSECOND
    milliseconds = whole(value)
    if milliseconds is None or not FIRST_MILLISECOND <= milliseconds <= LAST_MILLISECOND:
        return None
    return milliseconds * 1000


def joined(value: Any) -> str | None:
    """The items of a list, space between; blank for an empty one."""
    value = unwrapped(value)
    if not isinstance(value, list):
        return text(value)
    return " ".join(item for item in map(text, value) if item is not None)
