"""Who may see which rows and columns of a table, as its author classified it.

Enters: what stands under `rights:` of a model's description, or in the manifest of a release, an old one too.
Leaves: `Rights`, the same for all rooms.
"""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import force_setattr

from studium.vocabulary.scopes import PARENTS, lies_within

Level = Literal["learner", "course", "institution", "operations"]
Trait = Literal["birth_year", "gender", "education", "country", "language"]
PARTS = "parts_of_totals"


class Groups(Struct, frozen=True, forbid_unknown_fields=True):
    """Counts of people in parts of a whole: which of them are hidden where they are small.

    Rows that agree in `within` are the parts of one whole; each of `counts` is hidden on its own, and all of
    `measures` with any of them. `*` among the measures: every column that is in neither list and not the scope's.
    What else would tell a hidden count hides with it: a column of `follows` where any of those that it names
    does; a column of `changes` where the count that it names, or that count before the change, does. Rows
    that agree in `series` count the same people again: they are one part, as large as its largest row, and a
    row hides too where a larger one is less than the limit above it. Of `latest`, a date, only the last
    in each scope is shown at all: two days of a breakdown tell who came between them. `parts` are the columns
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


class Belonging(Struct, frozen=True, forbid_unknown_fields=True):
    """By which column rows belong to scopes of a kind: its value is the id, or what stands `until` a mark.

    `within` names columns of the scopes that these lie in, by kind: `{"institution": "org"}`. One table of a
    release that says it is enough for all others.
    """

    kind: str
    column: str
    until: str = ""
    within: dict[str, str] = {}

    def __post_init__(self) -> None:
        if PARENTS.get(self.kind) is None:
            raise ValueError(f"rows belong to no scope of the kind {self.kind!r}")
        for kind in self.within:
            if kind not in PARENTS or kind == self.kind or not lies_within(self.kind, kind):
                raise ValueError(f"a {self.kind} does not lie within a {kind}")


class Rights(Struct, frozen=True, forbid_unknown_fields=True):
    """The classification of a table; one without `scope` is whole, for whoever sees the whole site.

    `learner` are columns that name a person or a person's post; `personal` say more than analysis needs; `beyond`
    tell what people did in other scopes than the row's, and are for whoever sees the whole site. `traits` are what a
    person is known by outside, which settings make coarser for whoever sees pseudonyms.
    Manifests of releases from before there were scopes say `course` and `course_until` in place of `scope`.
    """

    level: Level
    scope: Belonging | None = None
    learner: list[str] = []
    personal: list[str] = []
    beyond: list[str] = []
    traits: dict[str, Trait] = {}
    groups: Groups | None = None
    former_course: str | UnsetType | None = field(name="course", default=UNSET)
    former_until: str | UnsetType = field(name="course_until", default=UNSET)

    @property
    def persons(self) -> list[str]:
        """Columns that name somebody."""
        return self.learner

    def __post_init__(self) -> None:
        if self.former_course and self.scope is None:
            until = self.former_until or ""
            force_setattr(self, "scope", Belonging("course", self.former_course, until))
        for name in ("former_course", "former_until"):
            force_setattr(self, name, UNSET)
