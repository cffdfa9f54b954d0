"""A page on which numbers are hidden says so, once, and what hides them; where none are, it does not."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from studium.serve import create_application
from studium.serve.courses.enrollment.profiles import median_age
from studium.serve.drawing.charts import spark
from studium.serve.drawing.wording import HIDDEN, total
from studium.serve.rights import Role
from studium.vocabulary import Belonging, Groups, Rights
from tests.serve.api.conftest import publish_rich
from tests.serve.api.marts import CLASSIFIED, VIDEO
from tests.serve.conftest import CLASSIFIED as OTHERS
from tests.serve.conftest import ONE, TWO, Campus, make_workspace, open_campus, with_settings

SAID = "Counts of fewer than 10 people are hidden"
PAGE = f"/courses/{ONE}/enrollment"
# As the model has it: five learners of course ONE are in mode professional.
MODES = Rights(
    level="course",
    scope=Belonging("course", "course_id"),
    groups=Groups(within=["course_id", "date"], counts=["count", "cumulative_count"]),
)


KINDS = Rights(
    level="course",
    scope=Belonging("course", "course_id"),
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
        (Role.INSTITUTION_VIEWER, f"/courses/{ONE}/chapters", 1),
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
    assert lines[3] == "2,,,"
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


# A campus on which each course has four learners: as the models have it, every count of them is hidden.
FEW_RIGHTS = {
    "course_enrollment_daily": Groups(
        within=["course_id", "date"], counts=["count", "cumulative_count"]
    ),
    "course_enrollment_mode_daily": MODES.groups,
    "course_activity": KINDS.groups,
    "course_coenrollment": Groups(
        within=["course_id", "other_course_id"], counts=["shared_learners"], measures=["jaccard"]
    ),
    "subject_activity_monthly": Groups(
        within=["month"], counts=["active_learners"], measures=["active_percent"]
    ),
    "subject_engagement_monthly": Groups(
        within=["month"],
        counts=["active_learners"],
        measures=["problem_attempts", "video_plays", "forum_posts", "problem_attempts_per_learner"],
    ),
    "subject_take_rates": Groups(
        within=[],
        counts=["learners", "verified_registrations", "certificates"],
        measures=["verified_percent", "certificate_percent", "verified_certificate_percent"],
    ),
    "video": Groups(
        within=["pipeline_video_id"],
        counts=["users_at_start", "users_at_end"],
        measures=["total_viewed_seconds"],
    ),
    "video_timeline": Groups(
        within=["pipeline_video_id", "segment"], counts=["num_users"], measures=["num_views"]
    ),
    "course_problem": Groups(
        within=["course_id", "problem_nid"],
        counts=["n_unique_users_attempted"],
        measures=["avg_problem_pct_score"],
    ),
}
FOUR = """
    alter table marts.course_item add column problem_weight double;
    update marts.course_enrollment_daily set count = 4, cumulative_count = 4;
    update marts.course_enrollment_mode_daily set count = 4, cumulative_count = 4;
    update marts.course_activity set count = 4;
    update marts.course_coenrollment set shared_learners = 4, learners = 4, other_learners = 4;
    update marts.subject_activity_monthly set active_learners = 4;
    update marts.subject_engagement_monthly set active_learners = 4;
    update marts.subject_take_rates
    set learners = 4, registrations = 4, verified_registrations = 4, certificates = 4;
    update marts.video set users_at_start = 4, users_at_end = 4;
    update marts.video_timeline set num_users = 4;
    update marts.course_problem set n_unique_users_attempted = 4
"""


def publish_few(room: Path, change: str) -> Campus:
    workspace = make_workspace(room / "campus")
    with pytest.MonkeyPatch.context() as patch:
        known = {name: rights for name, rights in (OTHERS | CLASSIFIED).items() if rights}
        rights = {name: replace(known[name], groups=groups) for name, groups in FEW_RIGHTS.items()}
        patch.setattr("tests.serve.api.conftest.CLASSIFIED", CLASSIFIED | rights)
        publish_rich(workspace, change)
    return open_campus(workspace)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """A campus of courses with few learners."""
    return publish_few(tmp_path_factory.mktemp("few"), FOUR)


@pytest.fixture(scope="module")
def partly(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """The same, but course ONE has forty, and of its video's segments two are of ten."""
    more = f"""
        update marts.course_enrollment_daily set count = 40 where course_id = '{ONE}';
        update marts.video_timeline set num_users = 10, num_views = 15 where segment < 2
    """
    return publish_few(tmp_path_factory.mktemp("partly"), f"{FOUR};{more}")


def page_of(campus: Campus, path: str, role: Role = Role.INSTITUTION_VIEWER) -> str:
    answer = campus.browser(role).get(path)
    assert answer.status_code == 200
    return str(answer.text)


def tiles(text: str) -> dict[str, str]:
    """The large figures of a page."""
    found = re.findall(r"<dt>(.*?)</dt>\s*<dd class=\"value\">(.*?)</dd>", text)
    assert found
    return dict(found)


def empty_charts(text: str) -> list[str]:
    """What stands in the place of charts that have nothing to draw."""
    return re.findall(r"<div class=\"empty-state\"><p>(.*?)</p>", text)


def test_a_sum_over_hidden_courses_is_not_nobody(few: Campus) -> None:
    text = page_of(few, "/")
    shown = tiles(text)
    assert shown.pop("Courses") == "3"
    assert set(shown.values()) == {"–"}, shown
    assert "3 courses, – learners enrolled now." in text
    told = tiles(page_of(few, "/", Role.ANALYST))
    assert (told["Enrolled now"], told["Active last week"]) == ("12", "4"), "0 where nobody came"
    assert told["Certified"] == "–", "no package has landed"


def test_a_sum_of_which_a_part_is_hidden_says_so(partly: Campus) -> None:
    text = page_of(partly, "/")
    assert tiles(text)["Enrolled now"] == "at least 40"
    assert tiles(text)["Change in 7 days"] == "–"
    assert "3 courses, at least 40 learners enrolled now." in text


def test_a_course_of_few_is_not_a_course_of_nobody(few: Campus) -> None:
    text = page_of(few, f"/courses/{ONE}")
    assert tiles(text)["Enrolled now"] == "–"
    assert "– learners enrolled, – learners active last week." in text
    assert empty_charts(text)[0] == HIDDEN
    assert "Not known: this course has no tables" in empty_charts(text)[1], "not hidden: not there"
    assert "busiest" not in text
    enrollment = page_of(few, PAGE)
    assert "– learners enrolled" in enrollment
    assert empty_charts(enrollment) == [HIDDEN]
    for said in (text, enrollment):
        assert "Nobody has enrolled" not in said
        assert not re.search(r"\b0 learners", said)


@pytest.mark.parametrize(("path", "charts"), [("/network", 1), ("/subjects", 3)])
def test_what_is_hidden_of_an_institution_is_not_said_to_be_missing(
    few: Campus, path: str, charts: int
) -> None:
    assert empty_charts(page_of(few, path)) == [HIDDEN] * charts
    assert empty_charts(page_of(few, path, Role.ANALYST)) == []


def test_an_institution_without_pairs_and_subjects_is_told_so(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    nothing = "; ".join(
        f"delete from marts.{name}"
        for name in FEW_RIGHTS
        if name.startswith(("subject", "course_co"))
    )
    campus = publish_few(tmp_path_factory.mktemp("nothing"), f"{FOUR}; {nothing}")
    assert empty_charts(page_of(campus, "/network")) == ["No two courses share a learner."]
    assert {said[:34] for said in empty_charts(page_of(campus, "/subjects"))} == {
        "The release has no course catalogu"
    }


def test_videos_of_few_have_no_numbers(few: Campus, partly: Campus) -> None:
    text = page_of(few, f"/courses/{ONE}/videos")
    assert (tiles(text)["Started"], tiles(text)["Watched to the end"]) == ("–", "–")
    assert set(empty_charts(text)) == {HIDDEN}
    path = f"/courses/{ONE}/videos/{VIDEO}"
    assert tiles(page_of(few, path))["Views per learner"] == "–"
    seen = page_of(partly, path)
    assert tiles(seen)["Views per learner"] == "1.50"
    assert "of those not hidden" in seen
    assert "of those not hidden" not in page_of(partly, path, Role.ANALYST)


def test_a_problem_of_few_is_not_tried_by_nobody(few: Campus) -> None:
    assert "– learners tried, – on average." in page_of(few, f"/courses/{ONE}/problems/p1")
    assert set(empty_charts(page_of(few, f"/courses/{ONE}/problems"))) == {HIDDEN}


def test_posts_that_a_role_does_not_see_are_not_none(few: Campus) -> None:
    text = page_of(few, f"/courses/{ONE}/forum")
    assert tiles(text)["Posts"] == "–"
    assert "– posts." in text
    assert "0 posts" not in text


def test_a_course_without_a_package_has_no_problems_to_list(
    few: Campus, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = page_of(few, f"/courses/{TWO}/problems")
    assert tiles(text)["Problems with answers"] == "–"
    assert "– problems with answers." in text
    assert text.count("Problems are listed once a data package of this course has landed") == 3
    assert "more than five" not in text
    room = tmp_path_factory.mktemp("unanswered")
    landed = publish_few(room, f"{FOUR}; delete from marts.course_problem")
    text = page_of(landed, f"/courses/{ONE}/problems")
    assert tiles(text)["Problems with answers"] == "0"
    assert text.count("No problem of this course has more than five answers.") == 3


def test_the_description_of_learners_says_what_lists_them(few: Campus) -> None:
    paths = few.client(Role.ANALYST).get("/api/v1/openapi.json").json()["paths"]
    described = next(it for path, it in paths.items() if path.endswith("/learners"))["get"]
    assert "person_course" in described["description"]
