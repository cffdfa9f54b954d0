"""What accounts are for: the one table of roles. Rules, choices of commands, docs and pages follow from it.

Enters: nothing. Leaves: `Role` and its `Powers`, and what tokens may do. A new role is a name and a row.
"""

from dataclasses import dataclass
from enum import StrEnum

from studium.vocabulary.rights import Level


class Role(StrEnum):
    """What an account is for."""

    ADMINISTRATOR = "administrator"
    ANALYST = "analyst"
    INSTITUTION_VIEWER = "institution_viewer"
    COURSE_STAFF = "course_staff"
    RESEARCHER = "researcher"


class TokenScope(StrEnum):
    """What a token may do at most; a session may all that its role may."""

    READ = "read"
    LEARNERS = "learners"
    EXPORT = "export"
    ADMINISTER = "administer"


@dataclass(frozen=True)
class Powers:
    """What a role may: `levels` of datasets, and of these which rows and values.

    `granted` are kinds of scopes that an account is given one by one and of which it sees no others, nor what lies
    in none; a role without any sees the whole site.
    """

    levels: frozenset[Level]
    granted: tuple[str, ...] = ()
    hides_small: bool = False  # counts of few people are hidden
    is_pseudonymous: bool = False  # learners by pseudonym, without personal columns
    administers: bool = False  # accounts of others, the audit log, datasets that nobody classified

    @property
    def sees_site(self) -> bool:
        """Whether it sees the rows of all scopes, and those that lie in none."""
        return not self.granted

    @property
    def sees_learners(self) -> bool:
        """Whether it sees single people, by name or by pseudonym."""
        return "learner" in self.levels

    @property
    def sees_names(self) -> bool:
        """Whether it knows people by name."""
        return self.sees_learners and not self.is_pseudonymous


_ALL: frozenset[Level] = frozenset({"learner", "course", "institution", "operations"})
_SINGLE: frozenset[Level] = frozenset({"learner", "course"})
_OWN = ("course", "institution", "section", "school", "district")
ROLES: dict[Role, Powers] = {
    Role.ADMINISTRATOR: Powers(_ALL, administers=True),
    Role.ANALYST: Powers(_ALL),
    Role.INSTITUTION_VIEWER: Powers(frozenset({"course", "institution"}), hides_small=True),
    Role.COURSE_STAFF: Powers(_SINGLE, granted=_OWN),
    Role.RESEARCHER: Powers(_SINGLE, granted=_OWN, hides_small=True, is_pseudonymous=True),
}
GRANTED = tuple(role for role, powers in ROLES.items() if powers.granted)
