"""What a reader looks for stands in the address, and what an address says is read as people mean it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from studium.serve.protocol.typed_keys import with_signs
from studium.serve.rights import Role
from tests.serve.pages.campus import Site
from tests.serve.pages.conftest import PATIENCE

pytestmark = pytest.mark.timeout(PATIENCE)
# What refers to another column, or to the inside of the house, says nothing to an instructor.
REFERS = re.compile(
    r"\b(the former|the latter|as in|the same of|those of|of them with)\b|\bint_\w+|\bNULL\b"
    r"|\b(?!logged_in)[a-z]+_[a-z_]+\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (b"course_id=course-v1:A+B+C", b"course_id=course-v1:A%2BB%2BC"),
        (b"course=course-v1%3AA+B+C&find=a+b", b"course=course-v1%3AA%2BB%2BC&find=a+b"),
        (b"course_ids=A/B/C,ccx-v1:A+B+C+ccx@1", b"course_ids=A/B/C,ccx-v1:A%2BB%2BC%2Bccx@1"),
        (b"find=learn+more&course=A/B/C", b"find=learn+more&course=A/B/C"),
    ],
)
def test_a_plus_in_a_key_is_a_plus(typed: bytes, read: bytes) -> None:
    assert with_signs(typed) == read


def test_a_key_as_people_type_it_is_found(site: Site, visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto(f"/compare?course={site.course}&course={site.hidden}")
    expect(page.locator("#outcomes-table tbody tr")).to_have_count(2)
    answer = page.request.get(f"/api/v1/datasets/video/rows?course_id={site.course}&limit=1")
    assert answer.status == 200


def test_search_and_order_come_again_with_the_address(visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto("/datasets")
    page.get_by_label("Find a dataset").fill("yob")
    expect(page).to_have_url(re.compile(r"\?find=yob$"))
    page.get_by_role("button", name="Columns").click()
    expect(page).to_have_url(re.compile(r"sorted=datasets.columns.desc"))
    shown = page.locator("#datasets-table tbody tr:visible")
    before = shown.locator("th a").all_inner_texts()
    assert "person_course" in before  # by its column YoB, which the list does not show
    page.goto(page.url)
    expect(page.get_by_label("Find a dataset")).to_have_value("yob")
    assert shown.locator("th a").all_inner_texts() == before
    expect(page.locator("th[aria-sort='descending']")).to_contain_text("Columns")


def test_staff_see_who_comes_back_and_files_are_named_for_the_course(
    site: Site, visit: Callable[..., Page]
) -> None:
    page = visit(Role.COURSE_STAFF)
    page.goto(f"/courses/{site.course}")
    page.get_by_role("link", name="Retention").click()
    expect(page.get_by_role("heading", name="Share of each cohort that was active")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV of All cohorts together").click()
    key = re.sub(r"[^A-Za-z0-9._-]", "_", site.course)
    assert download.value.suggested_filename.startswith(f"{key}-retention_all-20")
    refused = page.request.get("/retention", headers={"Accept": "text/html"})
    assert refused.status == 403
    assert "token" not in refused.text()
    listed = page.request.get(f"/api/v1/courses/{site.course}/enrollment?format=csv")
    assert f'filename="{key}-EnrollmentCount-20' in listed.headers["content-disposition"]


def test_definitions_are_sentences_of_their_own(site: Site, visit: Callable[..., Page]) -> None:
    page = visit()
    found: dict[str, str] = {}
    for path in site.paths.values():
        page.goto(path)
        for entry in page.locator("details.definition dt").all():
            text = entry.locator("xpath=following-sibling::dd[1]").text_content() or ""
            fixed = " ".join(text.split()).split(" With compat")[0]
            found[entry.text_content() or ""] = fixed
    columns = {name: text for name, text in found.items() if "." in name}
    assert len(columns) > 40
    poor = {
        name: text
        for name, text in columns.items()
        if len(text.split()) < 5 or not text.endswith(".") or REFERS.search(text)
    }
    assert poor == {}


def test_text_of_charts_grows_with_that_of_the_page(site: Site, visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto(f"/courses/{site.course}/engagement")
    plot = page.locator(".plot").first
    expect(plot).to_have_attribute("data-state", "drawn")
    size = "(plot) => echarts.getInstanceByDom(plot).getOption().xAxis[0].axisLabel.fontSize"
    usual = plot.evaluate(size)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.evaluate("document.dispatchEvent(new CustomEvent('studium:theme'))")
    page.wait_for_function(
        f"(least) => ({size})(document.querySelector('.plot')) >= least", arg=2 * usual - 1
    )


def test_nothing_is_wider_than_a_phone(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(viewport={"width": 390, "height": 844})
    page.goto("/account")
    page.get_by_label("What it is for").fill("a program of some length in its name")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_text("Your new token")).to_be_visible()
    for path in ("/account", "/datasets/person_course"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
