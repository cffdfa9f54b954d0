"""Who asks: an account's role, the scopes granted to it, and what its token may do.

Enters: a row of the accounts. Leaves: a `Principal`, and the `View` of datasets that its role has.
"""

from dataclasses import dataclass

from studium.config import PrivacySettings
from studium.serve.rights.refusals import ScopeNeededError
from studium.vocabulary import ROLES, Level, Powers, Role, Scope, TokenScope, Trait


@dataclass(frozen=True)
class View:
    """What a kind of principal sees of datasets; equal views share one rewriting of a query."""

    levels: frozenset[Level]
    is_unlimited: bool  # datasets without classification too
    sees_site: bool  # rows of all scopes
    sees_beyond: bool  # columns that tell of other scopes than the row's
    is_pseudonymous: bool
    hides_under: int  # counts of fewer people are hidden; 0: none
    year_step: int = (
        1  # years of birth of people behind pseudonyms are rounded down to multiples of this
    )
    hidden_traits: frozenset[Trait] = frozenset()  # and these are empty


@dataclass(frozen=True)
class Principal:
    """An account as a request carries it; `scopes` is None for a session."""

    user_id: int
    username: str
    role: Role
    grants: frozenset[Scope] = frozenset()
    scopes: frozenset[TokenScope] | None = None
    credential: str = ""  # which session or token, for the audit log; no secret
    token_id: str | None = None  # the token that they came by; None for a session

    @property
    def powers(self) -> Powers:
        """What the role may."""
        return ROLES[self.role]

    def may(self, scope: TokenScope) -> bool:
        """Whether a token covers `scope`; a session covers all."""
        return self.scopes is None or scope in self.scopes

    def require(self, scope: TokenScope) -> None:
        """Raise ScopeNeededError for a token that does not cover `scope`."""
        if not self.may(scope):
            raise ScopeNeededError(scope)

    @property
    def levels(self) -> frozenset[Level]:
        """Levels of datasets that the role reads and the token covers."""
        levels = self.powers.levels
        return levels if self.may(TokenScope.LEARNERS) else levels - {"learner"}

    def view(self, small_group: int, privacy: PrivacySettings = PrivacySettings()) -> View:  # noqa: B008
        """The view of the role; `small_group` is the setting serve.small_group."""
        powers = self.powers
        return View(
            levels=self.levels,
            is_unlimited=powers.administers and self.may(TokenScope.LEARNERS),
            sees_site=powers.sees_site,
            sees_beyond=powers.sees_site,
            is_pseudonymous=powers.is_pseudonymous,
            hides_under=small_group if powers.hides_small else 0,
            year_step=privacy.year_step if powers.is_pseudonymous else 1,
            hidden_traits=frozenset(privacy.hidden_traits if powers.is_pseudonymous else ()),
        )
