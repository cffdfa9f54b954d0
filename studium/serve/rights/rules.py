"""Which routes are for whom: each handler carries one rule, and a handler without one answers nobody.

Enters: `@rule(Rule.COURSE)` below the route's decorator. Leaves: the rule of an endpoint, and the
check of a principal against it. Which rows it then sees is the matter of `rows.py`.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from studium.serve.rights.principals import Principal
from studium.serve.rights.refusals import ForbiddenError
from studium.vocabulary import ROLES, Powers, Role, TokenScope

_Function = TypeVar("_Function", bound=Callable[..., Any])
_MARK = "studium_rule"


class Rule(Enum):
    """Kinds of addresses. A path with the id of a scope, such as `course_id`, is checked against the grants too."""

    PUBLIC = "without a sign-in: the sign-in itself, health, the OpenAPI document"
    ACCOUNT = "one's own account, and lists of what one may see"
    PERSON = "changes of one's own account"
    COURSE = "aggregates of a course"
    LEARNERS = "learners of a course, by name or pseudonym"
    EVENTS = "events of any type and field, by roles that see learners by name"
    INSTITUTION = "aggregates over all courses"
    DATASETS = "descriptions of datasets; the rights of each count too"
    EXPORT = "rows of a dataset; the rights of the dataset count too"
    OPERATIONS = "releases, runs, checks, rejects"
    ADMINISTRATION = "accounts of others, and the audit log"

    @property
    def roles(self) -> frozenset[Role] | None:
        """Who may; None: everybody, also without a sign-in."""
        return _WHO.get(self, (None, None))[0]

    @property
    def scope(self) -> TokenScope | None:
        """What a token must cover."""
        return _WHO.get(self, (None, None))[1]

    def admit(self, principal: Principal) -> None:
        """Raise ForbiddenError unless the role and the token reach this kind of address."""
        if self.roles is not None and principal.role not in self.roles:
            raise ForbiddenError
        if self.scope is not None:
            principal.require(self.scope)


def _whose(may: Callable[[Powers], bool]) -> frozenset[Role]:
    return frozenset(role for role, powers in ROLES.items() if may(powers))


_EVERYBODY = frozenset(Role)
_WHO = {
    Rule.ACCOUNT: (_EVERYBODY, TokenScope.READ),
    Rule.PERSON: (_EVERYBODY, TokenScope.ADMINISTER),
    Rule.COURSE: (_EVERYBODY, TokenScope.READ),
    Rule.LEARNERS: (_whose(lambda powers: powers.sees_learners), TokenScope.LEARNERS),
    Rule.EVENTS: (_whose(lambda powers: powers.sees_names), TokenScope.LEARNERS),
    Rule.INSTITUTION: (_whose(lambda powers: "institution" in powers.levels), TokenScope.READ),
    Rule.DATASETS: (_EVERYBODY, TokenScope.READ),
    Rule.EXPORT: (_EVERYBODY, TokenScope.EXPORT),
    Rule.OPERATIONS: (_whose(lambda powers: "operations" in powers.levels), TokenScope.READ),
    Rule.ADMINISTRATION: (_whose(lambda powers: powers.administers), TokenScope.ADMINISTER),
}


def rule(of: Rule) -> Callable[[_Function], _Function]:
    """Say for whom a handler is."""

    def mark(function: _Function) -> _Function:
        setattr(function, _MARK, of)
        return function

    return mark


def rule_of(endpoint: object) -> Rule | None:
    """The rule of a handler; None for one that carries none, which nobody may call."""
    return getattr(endpoint, _MARK, None)
