"""Where one can go from a page: the main links, and the tabs of an area. Each noun declares its own.

Enters: what `page.py` of a noun says, as `LINK` or `TAB`. Leaves: those that a person may follow, in their
order. Rights are held by the rules of the routes; this only spares people addresses that refuse them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from studium.serve.rights import Principal, Rule

_Entry = TypeVar("_Entry", "Link", "Tab")


@dataclass(frozen=True)
class Link:
    """An entry of the main links: `place` is its position, `rule` that of the route that it leads to."""

    name: str
    label: str
    address: str
    rule: Rule
    place: int


@dataclass(frozen=True)
class Tab:
    """An entry of the tabs of an area; `tail` is what follows the area's address, the noun's name if not said.

    `area` is the noun's own, or that on whose pages it stands.
    """

    label: str
    rule: Rule
    place: int
    name: str = ""
    tail: str | None = None
    area: str = ""


@dataclass(frozen=True)
class Navigation:
    """All links, and all tabs by area."""

    links: tuple[Link, ...] = ()
    tabs: Mapping[str, tuple[Tab, ...]] = field(default_factory=dict)

    def links_of(self, principal: Principal) -> list[Link]:
        """The links that this person can follow."""
        return _allowed(self.links, principal)

    def tabs_of(self, area: str, principal: Principal) -> list[Tab]:
        """The tabs of an area that this person can follow."""
        return _allowed(self.tabs.get(area, ()), principal)


def _allowed(entries: Iterable[_Entry], principal: Principal) -> list[_Entry]:
    known = [entry for entry in entries if principal.role in (entry.rule.roles or ())]
    return sorted(known, key=lambda entry: entry.place)
