"""A page on which numbers are hidden says so, once, and what hides them; where none are, it does not."""

import csv
import io
from typing import Any

import pytest

from studium.publish import Groups, Rights
from studium.serve import create_application
from studium.serve.pages.charts import spark
from studium.serve.pages.course.profiles import median_age
from studium.serve.pages.wording import total
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


KINDS = Rights(
    level="course",
    course="course_id",
    groups=Groups(within=["course_id", "interval_end"], counts=["count"]),
)
FEW = f"""
    insert into marts.course_activity values
        ('{ONE}', timestamp '2024-02-19', timestamp '2024-02-26', 'PLAYED_VIDEO', 4);
    insert into marts.enrollment_retention values
        ('{ONE}', date '2024-01-01', 2, 40, null), ('{ONE}', date '2024-01-01', 3, 40, 10)
"""


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """A campus in which counts by mode are of groups."""
    workspace = make_workspace(tmp_path_factory.mktemp("hidden") / "campus")
    with pytest.MonkeyPatch.context() as patch:
        rights = CLASSIFIED | {
            "course_enrollment_mode_daily": MODES,
            "course_activity": KINDS,
        }
        patch.setattr("tests.serve.api.conftest.CLASSIFIED", rights)
        publish_rich(workspace, FEW)
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


def last_week(campus: Campus, role: Role) -> dict[str, str]:
    text = campus.browser(role).get(f"/courses/{ONE}/engagement?csv=activity_weekly").text
    return list(csv.DictReader(io.StringIO(text)))[-1]


def test_what_is_hidden_is_missing_and_never_nobody(grouped: Campus) -> None:
    names = ("active", "played_video", "attempted_problem", "posted_forum")
    told = last_week(grouped, Role.ANALYST)
    assert [told[name] for name in names] == ["40", "4", "20", "0"]
    told = last_week(grouped, Role.INSTITUTION_VIEWER)
    assert [told[name] for name in names] == ["40", "", "", "0"]


def test_who_sees_no_learners_sees_counts_of_the_enrolled(grouped: Campus) -> None:
    """The same that the API has for that role."""

    def table(name: str) -> dict[str, str]:
        text = grouped.browser(Role.INSTITUTION_VIEWER).get(f"{PAGE}?csv={name}").text
        return {row[0]: row[1] for row in list(csv.reader(io.StringIO(text)))[1:]}

    assert table("gender") == {"women": "25", "men": "0", "other": "0", "not told": "12"}
    assert table("education")["master's"] == "30"
    assert table("age") == {"34": "30"}
    assert table("countries_top") == {"Germany": "20", "Unknown": ""}
    page = grouped.browser(Role.INSTITUTION_VIEWER).get(PAGE).text
    assert "course_enrollment_gender_daily.count" in page
    assert "person_course" not in page


def test_a_hidden_week_keeps_its_place(grouped: Campus) -> None:
    viewer = grouped.browser(Role.INSTITUTION_VIEWER)
    lines = viewer.get("/retention?csv=retention_all").text.splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["0", "1", "2", "3"]
    assert lines[3] == "2,,"
    assert viewer.get("/retention").text.count(SAID) == 1


def test_a_share_is_not_of_those_who_are_shown_alone() -> None:
    rows: list[dict[str, Any]] = [
        {"age": age, "learners": learners} for age, learners in [(20, 30), (30, None), (40, 12)]
    ]
    assert total(row["learners"] for row in rows) is None
    assert median_age(rows) is None
    assert (total([30, 12]), median_age(rows[::2])) == (42, 20)
    assert spark([None, 2, None, 4]) == "33.3,10.0 100.0,1.0"
    assert spark([None, 2]) == ""
