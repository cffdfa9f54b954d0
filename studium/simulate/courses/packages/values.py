"""Values as MySQL prints them: tab-separated, `NULL` as a word, backslashes before what is special.

Enters: plain values. Leaves: lines with their end.
"""

from datetime import UTC, datetime, timedelta

from studium.simulate.courses.plan import Plan

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Value = str | int | float | None


def line_of(plan: Plan, values: tuple[Value, ...]) -> bytes:
    """One row; NULL is the word, or `\\N` without the trap `dump_nulls`."""
    nothing = "NULL" if "dump_nulls" in plan.traps else "\\N"
    texts = (nothing if value is None else escaped(str(value)) for value in values)
    return ("\t".join(texts) + "\n").encode()


def escaped(text: str) -> str:
    """Backslash, tab and newline as two characters each; a return stays as it is.

    >>> escaped("a\\tb")
    'a\\\\tb'
    """
    if "\\" not in text and "\t" not in text and "\n" not in text:
        return text
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def clock(time: int | None) -> str | None:
    """Microseconds since 1970 as `2024-03-01 10:00:00`, with a fraction where there is one."""
    if time is None:
        return None
    moment = EPOCH + timedelta(microseconds=time)
    return moment.replace(tzinfo=None).isoformat(" ")
