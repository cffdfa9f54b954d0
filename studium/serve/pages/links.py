"""The main links of every page; who may not follow one is not shown it. Rights are held by the rules of the routes."""

from dataclasses import dataclass

from studium.serve.rights import Principal, Rule


@dataclass(frozen=True)
class Link:
    """An entry of links, and the rule of the route that it leads to."""

    name: str
    label: str
    address: str
    rule: Rule = Rule.ACCOUNT


_LINKS = (
    Link("courses", "Courses", "/"),
    Link("compare", "Compare", "/compare"),
    Link("subjects", "Subjects", "/subjects", Rule.INSTITUTION),
    Link("network", "Network", "/network", Rule.INSTITUTION),
    Link("retention", "Retention", "/retention", Rule.INSTITUTION),
    Link("events", "Events", "/events", Rule.EVENTS),
    Link("datasets", "Datasets", "/datasets", Rule.DATASETS),
    Link("operations", "Operations", "/operations/releases", Rule.OPERATIONS),
    Link("accounts", "Accounts", "/accounts", Rule.ADMINISTRATION),
)


def links_of(principal: Principal) -> tuple[Link, ...]:
    """The links that this person can follow."""
    return tuple(link for link in _LINKS if principal.role in (link.rule.roles or ()))
