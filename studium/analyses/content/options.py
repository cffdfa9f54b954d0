"""Options of a funnel as people write them: on the command line, in an address of the API.

Enters: texts by the name of their option. Leaves: a `Funnel`; MisuseError with the option for what cannot be read.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec.structs import replace

from studium.analyses.content.definitions import Funnel
from studium.errors import MisuseError

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_TIME = re.compile(r"(?P<number>-?\d{1,9})(?P<unit>[smhd])")


def with_options(funnel: Funnel, texts: Mapping[str, Any]) -> Funnel:
    """The funnel with what is given of window, order, tie, optional, gaps, exclude, counting, reentry, by, days.

    `start` and `end` are dates or None; `month` stands for both.
    """
    start, end = _days(texts)
    return replace(
        funnel,
        window_seconds=_seconds("window", texts["window"]),
        order=texts["order"],
        tie=texts["tie"],
        optional=_numbers(texts["optional"]),
        gaps_seconds=tuple(_seconds("gaps", it) for it in parts(texts["gaps"])),
        exclude=tuple(parts(texts["exclude"])),
        start=start,
        end=end,
        by_class=texts["by"] == "class",
        counting=texts["counting"],
        reentry=texts["reentry"],
    )


def parts(text: str | None) -> list[str]:
    """What stands between commas."""
    return text.split(",") if text else []


def _days(texts: Mapping[str, Any]) -> tuple[date | None, date | None]:
    start, end = texts["start"], texts["end"]
    if not texts["month"]:
        return start, end
    try:
        first = datetime.strptime(texts["month"], "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        raise MisuseError(
            f"{texts['month']} is no month", "funnel: month", "Write it as 2024-03"
        ) from None
    if start or end:
        raise MisuseError(
            "A month is from and until a day", "funnel: month", "Leave from and until out"
        )
    return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _seconds(field: str, text: str) -> int:
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise MisuseError(
            f"{text} is no time", f"funnel: {field}", "Write it as 7d, 12h, 30m or 45s"
        )
    return int(found["number"]) * UNITS[found["unit"]]


def _numbers(text: str | None) -> tuple[int, ...]:
    try:
        return tuple(int(it) for it in parts(text))
    except ValueError:
        raise MisuseError(
            f"{text} are no numbers of steps", "funnel: optional", "Write them as 2,4"
        ) from None
