"""Months as pages of funnels name and choose them.

Enters: months with whether each is complete. Leaves: names and choices.
"""

from collections.abc import Mapping
from datetime import date


def read_month(text: str) -> date | None:
    """The month of an address; None for what is no day."""
    try:
        return date.fromisoformat(text).replace(day=1)
    except ValueError:
        return None


def month_name(month: date | None, months: Mapping[date, bool]) -> str:
    """`March 2024, not complete` where somebody still may go on."""
    if month is None:
        return "no month"
    return f"{month:%B %Y}" + ("" if months[month] else ", not complete")


def month_choices(months: Mapping[date, bool]) -> list[tuple[str, str]]:
    """Value and name of each month, the newest first."""
    return [
        (month.isoformat(), month_name(month, months)) for month in sorted(months, reverse=True)
    ]
