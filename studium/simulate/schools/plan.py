"""What district to invent and what came of it.

Enters: the size and the seed that a caller wants. Leaves: a checked `DistrictPlan`, and the `DistrictReport`.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from studium.errors import MisuseError

YEAR = (date(2026, 8, 17), date(2027, 6, 4))  # a Monday and a Friday
SEMESTERS = ((YEAR[0], date(2026, 12, 18)), (date(2027, 1, 4), YEAR[1]))
SET_DAYS = (date(2026, 8, 10), date(2026, 11, 16), date(2027, 6, 5))
"""Of a set before the first day, one within the year, and one of the day after it."""

MOST_STUDENTS = 1_000_000


@dataclass(frozen=True)
class DistrictPlan:
    """Size and seed of a district; the same plan gives the same bytes. Raises MisuseError for a size out of bounds."""

    students: int = 1_000
    seed: int = 1
    district: str = "harbor"

    def __post_init__(self) -> None:
        if not 1 <= self.students <= MOST_STUDENTS:
            raise MisuseError(
                f"{self.students:,} students",
                "--students",
                f"Give a number from 1 to {MOST_STUDENTS:,}.",
            )


@dataclass(frozen=True)
class DistrictReport:
    """What was written below `output`; `sights` are spans in which one may see one student for one reason."""

    output: Path
    schools: int
    sections: int
    staff: int
    students: int
    links: int
    sights: int
    sets: int
