"""How values are written in pages: numbers, shares, durations, dates, marks.

Enters: values of queries. Leaves: text, the same for templates and sentences in Python.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

MISSING = "–"
HIDDEN = "Its numbers are of so few people that they are hidden from your role."


def count(value: Any) -> str:
    """1234 → 1,234"""
    return MISSING if value is None else f"{int(value):,}"


def decimal(value: Any) -> str:
    """0.125 → 0.13; whole numbers stay whole."""
    if value is None:
        return MISSING
    return f"{float(value):,.2f}".replace("-", "−")


def percent(value: Any) -> str:
    """0.4567 → 45.7 %"""
    return MISSING if value is None else f"{100 * float(value):,.1f} %".replace("-", "−")


def change(value: Any) -> str:
    """12 → +12, -3 → −3"""
    if value is None:
        return MISSING
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return f"{sign}{abs(int(value)):,}"


def seconds(value: Any) -> str:
    """125 → 2:05"""
    if value is None:
        return MISSING
    whole = round(float(value))
    hours, rest = divmod(whole, 3600)
    tail = f"{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
    return f"{hours}:{tail}" if hours else tail


def hours(minutes: Any) -> str:
    """337 minutes → 5 h 37 min"""
    if minutes is None:
        return MISSING
    whole, rest = divmod(round(float(minutes)), 60)
    return f"{whole} h {rest:02d} min" if whole else f"{rest} min"


def day(value: Any) -> str:
    """2024-03-01 → 1 Mar 2024"""
    if value is None:
        return MISSING
    return f"{value.day} {value:%b} {value.year}"


def moment(value: datetime) -> str:
    """UTC as HTML wants it; a time without a zone is UTC, as everywhere in Studium."""
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def shown_moment(value: datetime) -> str:
    """What stands there until the reader's zone is known: 2024-03-01 14:05 UTC"""
    return moment(value)[:16].replace("T", " ") + " UTC"


def written(value: Any, kind: str) -> str:
    """A value of a column of this kind as text."""
    if value is None or value == "":
        return MISSING
    writers = {
        "count": count,
        "decimal": decimal,
        "percent": percent,
        "seconds": seconds,
        "change": change,
        "date": day,
    }
    if kind in writers:
        return writers[kind](value)
    return shown_moment(value) if isinstance(value, datetime) else str(value)


def sortable(value: Any) -> str:
    """What tables sort by in the browser."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def people(number: int | None, noun: str = "learner") -> str:
    """1 → 1 learner, 2 → 2 learners, None → – learners"""
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def share(part: Any, whole: Any) -> float | None:
    """A fraction, or nothing where there is nothing to divide."""
    if part is None or not whole:
        return None
    return float(Decimal(str(part)) / Decimal(str(whole)))


def total(values: Iterable[int | None]) -> int | None:
    """A sum; None where a part is hidden: the rest would be taken for all."""
    known = list(values)
    return None if None in known else sum(value for value in known if value)


def at_least(values: Iterable[int | None], noun: str = "") -> str:
    """A sum, of people where there is a noun; "at least" where parts are missing, – where no part tells anything."""
    parts = list(values)
    whole = sum(value for value in parts if value)
    is_whole = bool(parts) and None not in parts
    known = whole if is_whole or whole else None
    text = people(known, noun) if noun else count(known)
    return text if is_whole or known is None else f"at least {text}"
