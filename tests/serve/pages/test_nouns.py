"""Routers, tabs and links come from the folders of nouns; each person gets those that their role may follow."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import studium.serve
from studium.serve.nouns import find_navigation, find_routers
from studium.serve.rights import Principal, Role, Rule

ROOM = Path(studium.serve.__file__).parent
PAGES = sorted(path.relative_to(ROOM) for path in ROOM.glob("*/*/page.py"))


DOCS = ROOM.parent.parent / "docs"


def paths() -> Iterator[str]:
    """Every address of a noun, without the kinds of its parameters."""
    for router in find_routers():
        for route in router.routes:
            yield re.sub(r":\w+\}", "}", getattr(route, "path", ""))


@pytest.mark.parametrize(
    ("prefix", "page"), [("/api/v1/", "api.md"), ("/api/v0/", "api.md"), ("/", "pages.md")]
)
def test_every_route_is_in_the_docs(prefix: str, page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    if prefix == "/api/v0/":
        text = text[text.index("## Version 0") :]
    if prefix == "/api/v1/":
        text = text[: text.index("## Version 0")]
    of_api = {path for path in paths() if path.startswith("/api/")}
    wanted = {path for path in paths() if path.startswith(prefix)}
    if prefix == "/":
        wanted -= of_api
    said = [path if prefix == "/" else path.removeprefix(prefix) for path in wanted]
    missing = sorted(
        path for path in said if f"`{path}`" not in text and f"`{path.rstrip('/')}`" not in text
    )
    assert len(said) > 20
    assert missing == [], f"say in docs/{page} what they are for"


def somebody(role: Role) -> Principal:
    return Principal(1, "somebody", role)


def test_every_file_of_a_noun_has_routes() -> None:
    files = [*ROOM.glob("*/*/page.py"), *ROOM.glob("*/*/answers.py")]
    with_routes = [path for path in files if "router = " in path.read_text(encoding="utf-8")]
    assert len(PAGES) > 20
    assert files == with_routes
    assert len(list(find_routers())) >= len(files)


def test_tabs_of_a_course_stand_in_their_order_and_are_named_as_their_folders() -> None:
    tabs = find_navigation().tabs_of("courses", somebody(Role.ADMINISTRATOR))
    assert [tab.label for tab in tabs][:2] == ["Overview", "Enrollment"]
    assert all(list(ROOM.glob(f"*/{tab.name}/page.py")) for tab in tabs)
    assert len({tab.place for tab in tabs}) == len(tabs)
    assert tabs[0].tail == ""
    assert tabs[1].tail == "enrollment"


@pytest.mark.parametrize("role", list(Role))
def test_links_and_tabs_are_those_that_the_role_may_follow(role: Role) -> None:
    navigation = find_navigation()
    person = somebody(role)
    shown = {link.label for link in navigation.links_of(person)}
    allowed = {link.label for link in navigation.links if role in (link.rule.roles or ())}
    assert shown == allowed
    for area, tabs in navigation.tabs.items():
        offered = {tab.label for tab in navigation.tabs_of(area, person)}
        assert offered == {tab.label for tab in tabs if role in (tab.rule.roles or ())}
    learners = Rule.LEARNERS.roles or frozenset()
    labels = {tab.label for tab in navigation.tabs_of("courses", person)}
    assert ("Learners" in labels) == (role in learners)


def test_an_area_without_tabs_has_none() -> None:
    assert find_navigation().tabs_of("nowhere", somebody(Role.ADMINISTRATOR)) == []
