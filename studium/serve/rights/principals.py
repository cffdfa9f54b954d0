"""Who asks: an account's role, the courses granted to it, and what its token may do.

Enters: a row of the accounts. Leaves: a `Principal`, and the `View` of datasets that its role has.
"""

from dataclasses import dataclass
from enum import StrEnum

from studium.serve.rights.refusals import ScopeNeededError


class Role(StrEnum):
    """What an account is for; docs/serve.md says what each sees."""

    ADMINISTRATOR = "administrator"
    ANALYST = "analyst"
    INSTITUTION_VIEWER = "institution_viewer"
    COURSE_STAFF = "course_staff"
    RESEARCHER = "researcher"


class Scope(StrEnum):
    """What a token may do at most; a session may all that its role may."""

    READ = "read"
    LEARNERS = "learners"
    EXPORT = "export"
    ADMINISTER = "administer"


_LEVELS = {
    Role.ADMINISTRATOR: {"learner", "course", "institution", "operations"},
    Role.ANALYST: {"learner", "course", "institution", "operations"},
    Role.INSTITUTION_VIEWER: {"course", "institution"},
    Role.COURSE_STAFF: {"learner", "course"},
    Role.RESEARCHER: {"learner", "course"},
}
_OF_GRANTED_COURSES = {Role.COURSE_STAFF, Role.RESEARCHER}


@dataclass(frozen=True)
class View:
    """What a kind of principal sees of datasets; equal views share one rewriting of a query."""

    levels: frozenset[str]
    is_unlimited: bool  # datasets without classification too
    has_all_courses: bool
    is_pseudonymous: bool
    hides_under: int  # counts of fewer people are hidden; 0: none


@dataclass(frozen=True)
class Principal:
    """An account as a request carries it; `scopes` is None for a session."""

    user_id: int
    username: str
    role: Role
    courses: frozenset[str] = frozenset()
    scopes: frozenset[Scope] | None = None
    credential: str = ""  # which session or token, for the audit log; no secret

    def may(self, scope: Scope) -> bool:
        """Whether a token covers `scope`; a session covers all."""
        return self.scopes is None or scope in self.scopes

    def require(self, scope: Scope) -> None:
        """Raise ScopeNeededError for a token that does not cover `scope`."""
        if not self.may(scope):
            raise ScopeNeededError(scope)

    @property
    def levels(self) -> frozenset[str]:
        """Levels of datasets that the role reads and the token covers."""
        levels = _LEVELS[self.role]
        return frozenset(levels if self.may(Scope.LEARNERS) else levels - {"learner"})

    @property
    def has_all_courses(self) -> bool:
        """Whether the role is for the whole institution."""
        return self.role not in _OF_GRANTED_COURSES

    def sees_course(self, course_id: str) -> bool:
        """Whether rows of the course are for this principal, if there are any."""
        return self.has_all_courses or course_id in self.courses

    def view(self, small_group: int) -> View:
        """The view of the role; `small_group` is the setting serve.small_group."""
        hides = self.role in {Role.INSTITUTION_VIEWER, Role.RESEARCHER}
        return View(
            levels=self.levels,
            is_unlimited=self.role is Role.ADMINISTRATOR and self.may(Scope.LEARNERS),
            has_all_courses=self.has_all_courses,
            is_pseudonymous=self.role is Role.RESEARCHER,
            hides_under=small_group if hides else 0,
        )
