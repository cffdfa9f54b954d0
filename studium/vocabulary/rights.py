"""Who may see which rows and columns of a table, as its author classified it.

Enters: what stands under `rights:` of a model's description, or in the manifest of a release. Leaves: `Rights`.
"""

from typing import Literal

from msgspec import Struct

PARTS = "parts_of_totals"


class Groups(Struct, frozen=True, forbid_unknown_fields=True):
    """Counts of people in parts of a whole: which of them are hidden where they are small.

    Rows that agree in `within` are the parts of one whole; each of `counts` is hidden on its own, and all of
    `measures` with any of them. `*` among the measures: every column that is in neither list and not the course.
    What else would tell a hidden count hides with it: a column of `follows` where any of those that it names
    does; a column of `changes` where the count that it names, or that count before the change, does. Rows
    that agree in `series` count the same people again: they are one part, as large as its largest row, and a
    row hides too where a larger one is less than the limit above it. Of `latest`, a date, only the last
    in each course is shown at all: two days of a breakdown tell who came between them. `parts` are the columns
    that name a row in PARTS: a count hides where it would tell of few people beside other tables.
    """

    within: list[str]
    counts: list[str]
    measures: list[str] = []
    follows: dict[str, list[str]] = {}
    changes: dict[str, str] = {}
    series: list[str] = []
    latest: str = ""
    parts: list[str] | None = None

    def __post_init__(self) -> None:
        if self.parts is not None and not self.is_of_all_rows:
            raise ValueError("parts go without within, series and changes")
        if self.latest and self.latest not in self.within:
            raise ValueError("latest is one of within: days are wholes of their own")

    @property
    def is_of_all_rows(self) -> bool:
        """Whether all rows are one whole, each a part of its own."""
        return not (self.within or self.series or self.changes)


class Rights(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may see which rows and columns of a table, as its author classified it.

    `course` is the column by whose value rows belong to a course (its part before `course_until`, where set);
    `learner` are columns that name a person or a person's post; `personal` say more than analysis needs.
    """

    level: Literal["learner", "course", "institution", "operations"]
    course: str | None = None
    course_until: str = ""
    learner: list[str] = []
    personal: list[str] = []
    groups: Groups | None = None
