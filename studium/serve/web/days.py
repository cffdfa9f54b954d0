"""Dates that a request may give, and times that an answer has.

Enters: `start` and `end` of the query; the first counts, the last does not. Leaves: a `Days`, or a 422
where no day is between them; `Moment` for fields of answers.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import PlainSerializer

from studium.serve.web.problems import ProblemError


def _say_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# A time in UTC, as all datasets have them; JSON says so, as RFC 3339 and programs ask.
Moment = Annotated[datetime, PlainSerializer(_say_zone, return_type=datetime, when_used="json")]


@dataclass(frozen=True)
class Days:
    """[start, end); None is no bound."""

    start: date | None = None
    end: date | None = None

    @property
    def values(self) -> dict[str, Any]:
        """As parameters of a query: `$start` and `$end`, with bounds that every date keeps."""
        return {"start": self.start or date(1, 1, 1), "end": self.end or date(9999, 12, 31)}


def days_of(
    start: Annotated[
        date | None, Query(description="First day that counts.", examples=["2024-03-01"])
    ] = None,
    end: Annotated[
        date | None, Query(description="Day after the last one.", examples=["2024-04-01"])
    ] = None,
) -> Days:
    """The days that a request asks for."""
    if start and end and start >= end:
        raise ProblemError(
            422,
            f"No day is left between {start} and {end}",
            "`start` is the first day that counts, `end` the day after the last; set it later.",
        )
    return Days(start, end)


AskedDays = Annotated[Days, Depends(days_of)]
