"""How far grants reach: a scope that is granted brings all that lie in it, as the release knows them.

Enters: the scopes of a release, what lies in what, the grants of an account. Leaves: ids that it may see.
"""

from collections.abc import Iterable, Mapping

from studium.vocabulary import Scope


class Reach:
    """The scopes that a release knows: `ids` by kind, and pairs of one and another that it lies in."""

    def __init__(
        self, ids: Mapping[str, frozenset[str]], within: Iterable[tuple[Scope, Scope]] = ()
    ) -> None:
        self._ids = dict(ids)
        self._inner: dict[Scope, list[Scope]] = {}
        for inner, outer in within:
            self._inner.setdefault(outer, []).append(inner)

    def ids(self, kind: str) -> frozenset[str]:
        """All of a kind that the release knows anything of."""
        return self._ids.get(kind, frozenset())

    def granted(self, grants: Iterable[Scope], kind: str) -> frozenset[str]:
        """Ids of a kind that are granted, by themselves or with what they lie in; also such that are in no release."""
        reached, waiting = set[Scope](), list(grants)
        while waiting:
            scope = waiting.pop()
            if scope not in reached:
                reached.add(scope)
                waiting += self._inner.get(scope, [])
        return frozenset(scope.id for scope in reached if scope.kind == kind)
