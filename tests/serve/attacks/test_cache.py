"""What is kept of an answer: never somebody else's, never of another release, never a list that changed."""

from collections.abc import Callable
from itertools import chain, repeat

import pytest

from studium.serve.release import Keeper
from studium.serve.rights import Role
from tests.serve.conftest import ALL_SCOPES, COURSES, ONE, Campus


def test_the_same_address_after_somebody_else_is_answered_for_oneself(campus: Campus) -> None:
    path = "/api/v1/courses"
    for first, second in (
        (Role.ADMINISTRATOR, Role.COURSE_STAFF),
        (Role.COURSE_STAFF, Role.RESEARCHER),
    ):
        tag = campus.client(first).get(path).headers["etag"]
        mine = campus.client(second).get(path)
        again = campus.client(second).get(path, headers={"if-none-match": tag})
        assert (again.status_code, again.content) == (200, mine.content)
    pages = [campus.client(role).get("/", headers={"accept": "text/html"}).text for role in Role]
    staff = pages[list(Role).index(Role.COURSE_STAFF)]
    assert not [course for course in COURSES if course != ONE and course in staff]


def test_two_people_of_equal_rights_share_no_tag(own_campus: Campus) -> None:
    """Else whoever reads the caches of a proxy could tell that two people may see the same."""
    twin = own_campus.desk.people.add("twin", Role.ADMINISTRATOR, frozenset())
    token = own_campus.desk.tokens.create(twin.user_id, "test", ALL_SCOPES, 1)[1]
    client = own_campus.client(Role.ADMINISTRATOR)
    mine = client.get("/api/v1/courses").headers["etag"]

    client.headers["authorization"] = f"Bearer {token}"

    assert client.get("/api/v1/courses").headers["etag"] != mine


def test_what_changes_between_releases_is_never_unchanged(own_campus: Campus) -> None:
    """Tokens, accounts and the log are no part of a release: an answer about them is made anew each time."""
    client = own_campus.client(Role.ADMINISTRATOR)
    for path in ("/api/v1/tokens", "/api/v1/accounts", "/api/v1/audit"):
        answer = client.get(path)
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"


def test_a_tag_is_of_the_release_that_answers_also_while_one_is_published(
    own_campus: Campus, change: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a program would keep rows of the old release under the name of the new one."""
    client = own_campus.client(Role.ADMINISTRATOR)
    path = f"/api/v1/courses/{ONE}"
    before = client.get(path)
    keeper = own_campus.app.state.server.keeper
    old = keeper.release()
    change("insert into marts.overall values (1)")
    new = keeper.release()
    # The request begins with the old one; `current` moves the moment after.
    turns = chain([old], repeat(new))
    monkeypatch.setattr(Keeper, "release", lambda _: next(turns))
    answer = client.get(path)
    assert answer.headers["studium-release"] == old.id
    assert answer.headers["etag"] == before.headers["etag"]
    assert client.get(path).headers["etag"] != before.headers["etag"]
