"""Lines with too many fields: a raw tab inside free text, mended where only one reading fits.

Enters: the fields of a line, a `Layout`. Leaves: the fields as the header wants them, or None. A reading fits if every
column holds what its name promises; two that fit are none.
"""

import re
from collections.abc import Callable

from studium.lake.formats.courses.keys import course_of, module_of
from studium.lake.reading.tables.header import Layout

# Columns in which people, or problems, write what they like.
FREE_TEXT = {
    *("first_name", "last_name", "name", "location", "meta", "mailing_address", "goals", "city"),
    *("bio", "state", "error_reason", "value", "status", "interesting_tags", "ignored_tags"),
}
MOST_SURPLUS = 1000
_PATTERNS = {
    "bigint": r"-?\d+(\.0*)?",
    "date": r"\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/(\d\d){1,2}",
    "double": r"-?\d+(\.\d*)?([eE][+-]?\d+)?",
    "timestamp": r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?",
}
_NAMED = {
    "year_of_birth": r"(19|20)\d\d",
    "gender": r"[a-z]{1,2}",
    "country": r"[A-Z]{2}",
    "level_of_education": r"[a-z_]{1,6}",
    "courseware": r"[^\s]{1,255}",
    "meta": r"(?s)[{\[].*",
    "state": r"(?s)[{\[].*",
    "hash_id": r"[0-9a-f]{32}",
    "username": r"\S+",
    "email": r"\S+@\S+",
    "mode": r"[a-z-]+",
    "status": r"[a-z_ ]+",
}
_KEYS: dict[str, Callable[[str], bool]] = {
    "course_id": lambda text: course_of(text).is_valid,
    "module_id": lambda text: module_of(text, None, None).is_valid,
    "usage_key": lambda text: module_of(text, None, None).is_valid,
}


def merged(fields: list[str], layout: Layout, width: int) -> list[str] | None:
    """Join the surplus fields in the one column of free text where all others fit; None without one, or with two.

    >>> merged(["7", "Luna", "10", "1984"], users, 3)  # with a raw tab in the address
    ['7', 'Luna\\t10', '1984']
    """
    surplus = len(fields) - width
    if surplus < 0 or surplus > MOST_SURPLUS:
        return None
    if surplus == 0:  # backslashes before tabs that were no escapes
        return fields if _fits(fields, layout) else None
    readings = [
        [
            *fields[:place],
            "\t".join(fields[place : place + surplus + 1]),
            *fields[place + surplus + 1 :],
        ]
        for name, place in layout.places.items()
        if name in FREE_TEXT
    ]
    fitting = [reading for reading in readings if _fits(reading, layout)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(fields: list[str], layout: Layout) -> bool:
    types = {column.name: column.type for column in layout.columns}
    return all(
        _holds(name, types.get(name, "varchar"), fields[place])
        for name, place in layout.places.items()
    )


def _holds(name: str, kind: str, text: str) -> bool:
    if text in ("", "NULL", "\\N"):
        return True
    if name in _KEYS:
        return _KEYS[name](text)
    pattern = _NAMED.get(name) or _PATTERNS.get(kind)
    return pattern is None or re.fullmatch(pattern, text) is not None
