"""How long to wait before the next request: what the server asks for, else longer after each fault.

Enters: an answer's Retry-After, the number of faults. Leaves: seconds.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 60.0


def seconds_to_wait(retry_after: str | None, faults: int, now: datetime | None = None) -> float:
    """The server's wish, in seconds or as a date; without one 1, 2, 4 … seconds, a minute at most.

    >>> seconds_to_wait("7", 1), seconds_to_wait(None, 3)
    (7.0, 4.0)
    """
    asked = _asked(retry_after, now or datetime.now(UTC))
    if asked is not None:
        return asked
    return float(min(FIRST_SECONDS * 2 ** max(faults - 1, 0), LONGEST_SECONDS))


def _asked(retry_after: str | None, now: datetime) -> float | None:
    if not retry_after:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)
