"""Dates that a request may give: ISO days, the first counts and the last does not.

Enters: `start` and `end` of the query. Leaves: a `Days`, or a 422 where no day is between them.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query

from studium.serve.web.problems import ProblemError


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
