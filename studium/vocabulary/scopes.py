"""Whose something is: a scope is a kind and an id, and kinds lie in each other.

Enters: nothing. Leaves: `Scope`, the kinds with their parents, and whether one kind lies within another.
A new kind is a line of `PARENTS`; lake, builds, rights and releases know kinds from here alone.
"""

from dataclasses import dataclass

# site > institution > course, site > district > school > section
PARENTS: dict[str, str | None] = {
    "site": None,
    "institution": "site",
    "course": "institution",
    "district": "site",
    "school": "district",
    "section": "school",
}
KINDS = tuple(PARENTS)


@dataclass(frozen=True, order=True)
class Scope:
    """One holder of rows, such as `Scope("course", "course-v1:A+B+C")`; the site, one of its kind, has no id."""

    kind: str
    id: str = ""

    def __post_init__(self) -> None:
        """Refuse a kind that `PARENTS` does not name, and an id where there is only one."""
        if self.kind not in PARENTS:
            raise ValueError(f"there is no scope {self.kind}; kinds are {', '.join(KINDS)}")
        if (self.kind == "site") != (self.id == ""):
            raise ValueError(f"the site has no id, all others have one: {self.kind} {self.id!r}")

    def __str__(self) -> str:
        """As people read it: `course course-v1:A+B+C`, `site`."""
        return f"{self.kind} {self.id}".rstrip()


SITE = Scope("site")


def lies_within(kind: str, other: str) -> bool:
    """Whether a scope of `kind` lies in one of `other`, or is of that kind.

    >>> lies_within("section", "district"), lies_within("course", "school")
    (True, False)
    """
    above: str | None = kind
    while above is not None:
        if above == other:
            return True
        above = PARENTS[above]
    return False
