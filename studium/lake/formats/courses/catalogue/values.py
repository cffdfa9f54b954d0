"""Values of catalogue records: text, numbers, times and keys, as plain Python.

Enters: a field of a JSON object. Leaves: a value of one type, None where it is none; a wrong date is told to the
account.
"""

import math
from datetime import datetime
from typing import Any

import orjson

from studium.lake.formats.courses.keys import course_of
from studium.lake.formats.courses.olx.dates import utc_time
from studium.lake.reading.documents import Record
from studium.lake.reading.parsed import Counts

Row = dict[str, Any]
Rows = list[tuple[str, Row]]  # dataset, row
LARGEST_WHOLE = 2**63 - 1
KEPT_BYTES = 64 * 1024


def text(value: Any) -> str | None:
    """Text that is not empty; a number as its digits; of an object its name or key, else JSON."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        named = next((value[key] for key in ("name", "key", "slug") if value.get(key)), None)
        return text(named) if isinstance(named, str) else orjson.dumps(value).decode()
    return orjson.dumps(value).decode()


def whole(value: Any) -> int | None:
    """A whole number, also from its digits."""
    found = number(value)
    if found is None or found != math.floor(found) or abs(found) > LARGEST_WHOLE // 2:
        return None
    return int(found)


def number(value: Any) -> float | None:
    """A finite number, also from its digits: the API writes prices as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def moment(record: Record, name: str, counts: Counts, record_no: int) -> datetime | None:
    """A time in UTC; what is no time is told to the account, and the row keeps NULL."""
    value = record.get(name)
    if value is None or value == "":
        return None
    found = utc_time(value) if isinstance(value, str) else None
    if found is None:
        counts.reject(record_no, "bad_date", f"{name}: {value}"[:300], orjson.dumps(value))
    return found


def course_id_of(record: Record, name: str, counts: Counts, record_no: int) -> str | None:
    """The canonical key of a run; a record without one goes to quarantine."""
    value = record.get(name)
    if isinstance(value, str) and value.strip():
        return course_of(value.strip()).course_id
    counts.reject(record_no, "no_key", f"no {name}", orjson.dumps(record)[:KEPT_BYTES])
    return None


def objects(value: Any) -> list[Record]:
    """The objects of a list; nothing for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
