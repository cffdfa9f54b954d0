"""A page on which numbers are hidden says so, once, and what hides them; where none are, it does not."""

import pytest

from studium.publish import Groups, Rights
from studium.serve import create_application
from studium.serve.rights import Role
from tests.serve.api.conftest import publish_rich
from tests.serve.api.marts import CLASSIFIED
from tests.serve.conftest import ONE, Campus, make_workspace, open_campus, with_settings

SAID = "Counts of fewer than 10 people are hidden"
PAGE = f"/courses/{ONE}/enrollment"
# As the model has it: five learners of course ONE are in mode professional.
MODES = Rights(
    level="course",
    course="course_id",
    groups=Groups(within=["course_id", "date"], counts=["count", "cumulative_count"]),
)


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """A campus in which counts by mode are of groups."""
    workspace = make_workspace(tmp_path_factory.mktemp("hidden") / "campus")
    with pytest.MonkeyPatch.context() as patch:
        rights = CLASSIFIED | {"course_enrollment_mode_daily": MODES}
        patch.setattr("tests.serve.api.conftest.CLASSIFIED", rights)
        publish_rich(workspace)
    return open_campus(workspace)


@pytest.mark.parametrize(
    ("role", "path", "times"),
    [
        (Role.INSTITUTION_VIEWER, PAGE, 1),
        (Role.INSTITUTION_VIEWER, "/datasets", 0),
        (Role.INSTITUTION_VIEWER, f"/courses/{ONE}/chapters", 0),
        (Role.ANALYST, PAGE, 0),
        (Role.COURSE_STAFF, PAGE, 0),
    ],
)
def test_a_page_says_once_that_numbers_are_hidden(
    grouped: Campus, role: Role, path: str, times: int
) -> None:
    answer = grouped.browser(role).get(path)
    assert answer.status_code == 200
    assert answer.text.count(SAID) == times
    assert answer.text.count("serve.small_group") == times


def test_nothing_is_said_where_nothing_is_hidden_by_setting(grouped: Campus) -> None:
    known = with_settings(grouped.workspace, serve__small_group="0")
    campus = Campus(known, create_application(known), grouped.desk, grouped.tokens)
    assert "are hidden" not in campus.browser(Role.INSTITUTION_VIEWER).get(PAGE).text
    accounts = campus.browser(Role.ADMINISTRATOR).get("/accounts").text
    assert "No counts of few people are hidden" in accounts


def test_administrators_read_where_the_bound_is_set(grouped: Campus) -> None:
    text = grouped.browser(Role.ADMINISTRATOR).get("/accounts").text
    assert "see no counts of fewer than 10 people" in text
    assert "serve.small_group" in text
