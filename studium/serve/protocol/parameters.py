"""Which parameters of the query an address takes: those that its handler and what it depends on ask for.

Enters: a route. Leaves: names, for the door to compare a request with.
"""

from typing import Any


def known_parameters(route: Any) -> frozenset[str]:
    """The names as they stand in the address, such as `format`."""
    return frozenset(_names(route.dependant))


def _names(dependant: Any) -> set[str]:
    names = {parameter.alias for parameter in dependant.query_params}
    return names.union(*map(_names, dependant.dependencies))
