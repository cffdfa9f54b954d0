"""The main links of every page, and which of them a role is shown; rights are held elsewhere."""

from dataclasses import dataclass

from studium.serve.rights import Principal, Role


@dataclass(frozen=True)
class Link:
    """An entry of the main links."""

    name: str
    label: str
    address: str


_COURSES = (
    Link("courses", "Courses", "/"),
    Link("compare", "Compare", "/compare"),
)
_INSTITUTION = (
    Link("subjects", "Subjects", "/subjects"),
    Link("network", "Network", "/network"),
    Link("retention", "Retention", "/retention"),
)
_EVENTS = (Link("events", "Events", "/events"),)
_DATASETS = (Link("datasets", "Datasets", "/datasets"),)
_OPERATIONS = (Link("operations", "Operations", "/operations/releases"),)
_ACCOUNTS = (Link("accounts", "Accounts", "/accounts"),)
_OF_ROLE = {
    Role.ADMINISTRATOR: _COURSES + _INSTITUTION + _EVENTS + _DATASETS + _OPERATIONS + _ACCOUNTS,
    Role.ANALYST: _COURSES + _INSTITUTION + _EVENTS + _DATASETS + _OPERATIONS,
    Role.INSTITUTION_VIEWER: _COURSES + _INSTITUTION + _DATASETS,
    Role.COURSE_STAFF: _COURSES + _DATASETS,
    Role.RESEARCHER: _COURSES + _DATASETS,
}


def links_of(principal: Principal) -> tuple[Link, ...]:
    """The links that this person can follow."""
    return _OF_ROLE[principal.role]
