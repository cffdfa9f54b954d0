"""Who may see what: roles, the rule of each address, the rows and columns of each dataset, small groups.

Enters: a principal, a query, a route. Leaves: less, or a refusal. Nothing else in this room decides.
"""

from studium.serve.rights.principals import Principal, View
from studium.serve.rights.reach import Reach
from studium.serve.rights.refusals import (
    ForbiddenError,
    ForgedFormError,
    HiddenError,
    ScopeNeededError,
    SignInNeededError,
)
from studium.serve.rights.rows import (
    GuardedQuery,
    guard_query,
    is_visible,
    sees_whole,
    visible_columns,
)
from studium.serve.rights.rules import Rule, rule, rule_of
from studium.serve.rights.suppression import hidden_cells, suppress
from studium.vocabulary import Role, TokenScope

__all__ = [
    "ForbiddenError",
    "ForgedFormError",
    "GuardedQuery",
    "HiddenError",
    "Principal",
    "Reach",
    "Role",
    "Rule",
    "ScopeNeededError",
    "SignInNeededError",
    "TokenScope",
    "View",
    "guard_query",
    "hidden_cells",
    "is_visible",
    "rule",
    "rule_of",
    "sees_whole",
    "suppress",
    "visible_columns",
]
