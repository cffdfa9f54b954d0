"""What each role does on the pages, in Chromium; and what it does not get to see."""

import csv
import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from studium.publish import query
from studium.serve.rights import Role
from tests.serve.pages.campus import Site, sign_in
from tests.serve.pages.conftest import HOSTILE, PATIENCE

pytestmark = pytest.mark.timeout(PATIENCE)


def test_who_is_not_signed_in_comes_to_the_page_after_the_form(
    site: Site, chromium: Browser
) -> None:
    context = chromium.new_context(base_url=site.address)
    page = context.new_page()

    sign_in(page, Role.ANALYST, "/compare")

    expect(page.get_by_role("heading", level=1)).to_have_text("Compare courses")
    page.goto("/account")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto("/compare")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    context.close()


def test_every_chart_of_every_page_is_drawn_and_has_its_table_and_file(
    site: Site, visit: Callable[..., Page]
) -> None:
    page = visit()
    drawn = 0
    for path in site.paths.values():
        page.goto(path)
        for figure in page.locator("figure.chart:has(.plot)").all():
            figure.scroll_into_view_if_needed()
            expect(figure.locator(".plot")).to_have_attribute("data-state", "drawn")
            assert figure.locator("canvas").count() == 1
            assert figure.locator("table tbody tr").count() > 0
            assert figure.get_by_role("link", name="CSV").count() == 1
            assert figure.locator("details.definition dd, details.definition p").count() > 0, path
            assert "As of" in figure.locator(".foot").inner_text()
            drawn += 1
    assert drawn >= 20


def test_the_file_of_a_chart_has_the_numbers_of_the_release(
    site: Site, visit: Callable[..., Page]
) -> None:
    page = visit(Role.COURSE_STAFF)
    page.goto(f"/courses/{site.course}/enrollment")
    with page.expect_download() as download:
        page.locator("figure", has_text="Enrollment over time").get_by_role(
            "link", name="CSV"
        ).click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))

    sql = f"""
        select date::varchar, count::varchar, cumulative_count::varchar from course_enrollment_daily
        where course_id = '{site.course}' order by date
    """
    with query(site.workspace, sql) as answer:
        expected = list(answer.rows())
    assert [tuple(row.values()) for row in rows] == expected
    assert len(expected) > 7


def test_course_staff_find_a_learner_by_filters_that_can_be_shared(
    site: Site, visit: Callable[..., Page]
) -> None:
    page = visit(Role.COURSE_STAFF)
    page.goto("/")
    expect(page.locator("#courses-table tbody tr")).to_have_count(1)
    page.locator("#courses-table tbody a").click()
    page.get_by_role("navigation", name="Course").get_by_role("link", name="Learners").click()
    page.wait_for_load_state("networkidle")  # with its scripts

    page.get_by_label("Name").press_sequentially(site.learner)
    expect(page.locator("#learners-table tbody tr")).to_have_count(1)
    page.wait_for_url("**find=*")
    page.reload()
    expect(page.locator("#learners-table tbody tr")).to_have_count(1)
    page.get_by_role("link", name=site.learner).click()

    expect(page.get_by_role("heading", level=2)).to_have_text(site.learner)
    expect(page.get_by_role("heading", name="Problems")).to_be_visible()


def test_what_is_hidden_looks_like_what_is_not_there(
    site: Site, visit: Callable[..., Page]
) -> None:
    page = visit(Role.COURSE_STAFF)
    answers = []
    for path in (
        f"/courses/{site.hidden}",
        "/courses/course-v1:No+Such+Course",
        f"/courses/{site.course}/learners/nobody",
        f"/courses/{site.course}/videos/none",
        f"/courses/{site.course}/problems/none",
        "/datasets/no_such_dataset",
        "/datasets/active_users_weekly",
    ):
        answer = page.goto(path)
        assert answer is not None
        answers.append((answer.status, page.locator("main").inner_text()))
    assert {status for status, _ in answers} == {404}
    assert len({text for _, text in answers}) == 1


@pytest.mark.parametrize(
    ("role", "links", "tabs"),
    [
        (Role.ADMINISTRATOR, 9, True),
        (Role.ANALYST, 8, True),
        (Role.INSTITUTION_VIEWER, 6, False),
        (Role.COURSE_STAFF, 4, True),
        (Role.RESEARCHER, 3, True),
    ],
)
def test_every_link_that_a_role_is_shown_leads_somewhere(
    site: Site, visit: Callable[..., Page], role: Role, links: int, tabs: bool
) -> None:
    page = visit(role)
    page.goto(f"/courses/{site.course}")
    main = page.get_by_role("navigation", name="Main").get_by_role("link")
    course = page.get_by_role("navigation", name="Course").get_by_role("link")
    addresses = [link.get_attribute("href") for link in [*main.all(), *course.all()]]
    assert main.count() == links
    assert any(str(address).endswith("/learners") for address in addresses) == tabs

    for address in addresses:
        answer = page.goto(str(address))
        assert answer is not None
        assert answer.status == 200, address


def test_an_institution_viewer_sees_no_learner(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.INSTITUTION_VIEWER)
    for path in ("", "/enrollment", "/problems", "/forum", f"/problems/{site.problem}"):
        page.goto(f"/courses/{site.course}{path}")
        assert site.learner not in page.content()
    refused = page.goto(f"/courses/{site.course}/learners")
    assert refused is not None
    assert refused.status == 403


def test_a_researcher_sees_pseudonyms(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.RESEARCHER)
    page.goto(f"/courses/{site.course}/learners")
    expect(page.locator("#learners-table tbody tr").first).to_be_visible()
    assert site.learner not in page.content()

    page.locator("#learners-table tbody a").first.click()
    expect(page.get_by_role("heading", name="Day by day")).to_be_visible()
    assert site.learner not in page.content()
    named = page.goto(f"/courses/{site.course}/learners/{site.learner}")
    assert named is not None
    assert named.status == 404


def test_titles_that_are_scripts_stay_texts(site: Site, visit: Callable[..., Page]) -> None:
    page = visit()
    course = f"/courses/{site.course}"
    for path in ("/", course, f"{course}/chapters", f"{course}/forum", "/compare", "/network"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.wasRun === undefined")
        assert "<b>" in page.locator("main").inner_text()
    assert page.locator("script:not([src]):not([type='application/json'])").count() == 0
    page.goto(course)
    expect(page.get_by_role("heading", level=1)).to_contain_text(HOSTILE[:20])


def test_a_token_is_made_shown_once_and_revoked(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(Role.ANALYST)
    page.goto("/account")
    page.get_by_label("What it is for").fill("weekly report")
    page.get_by_role("button", name="Make it").click()
    token = page.locator(".notice code").inner_text()
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    ask = page.context.browser
    assert ask is not None
    program = ask.new_context(base_url=site.address, extra_http_headers=headers).request
    assert program.get("/api/v1/courses").status == 200

    page.goto("/account")
    assert token not in page.content()
    page.get_by_role("button", name="Revoke weekly report").click()

    expect(page.get_by_text("revoked")).to_be_visible()
    assert program.get("/api/v1/courses").status == 401


def test_an_administrator_grants_a_course(site: Site, visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto("/accounts")
    row = page.get_by_role("row", name="course_staff").first
    row.locator("summary").click()
    row.get_by_label("Courses, one key a line").fill(f"{site.course}\n{site.hidden}")
    row.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="course_staff").first).to_contain_text("2 courses")

    staff = visit(Role.COURSE_STAFF)
    answer = staff.goto(f"/courses/{site.hidden}")
    assert answer is not None
    assert answer.status == 200

    row = page.get_by_role("row", name="course_staff").first
    row.locator("summary").click()
    row.get_by_label("Courses, one key a line").fill(site.course)
    row.get_by_role("button", name="Save").click()
    expect(page.locator("#audit")).to_be_visible()
    assert page.get_by_text("courses changed").count() >= 2


def test_times_stand_in_the_zone_of_the_reader(visit: Callable[..., Page]) -> None:
    shown = {}
    for zone in ("America/New_York", "Asia/Tokyo"):
        page = visit(timezone_id=zone, locale="en-GB")
        page.goto("/")
        shown[zone] = page.locator(".bottom time[datetime*='T']").inner_text()
    assert shown["America/New_York"] != shown["Asia/Tokyo"]


def test_a_failed_request_is_said_and_leaves_no_old_rows(
    site: Site, visit: Callable[..., Page]
) -> None:
    page = visit()
    page.goto(f"/courses/{site.course}/learners")
    page.route("**/learners?*", lambda route: route.fulfill(status=503, body="{}"))
    page.get_by_label("Enrollment").select_option("left")

    expect(page.get_by_role("alert")).to_contain_text("did not come")
    assert page.locator("#learners-table").count() == 0


@pytest.mark.parametrize(
    "asked", ["page=0", "page=x", "state=other", "order=1;drop", f"find={'x' * 101}"]
)
def test_absurd_filters_are_refused_in_words(
    site: Site, visit: Callable[..., Page], asked: str
) -> None:
    page = visit()
    answer = page.goto(f"/courses/{site.course}/learners?{asked}")
    assert answer is not None
    assert answer.status == 422
    expect(page.get_by_role("heading", level=1)).to_have_text("A value is not valid")
