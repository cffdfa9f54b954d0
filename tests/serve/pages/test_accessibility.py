"""Every page in both themes without a violation that axe knows, usable by keyboard, on a phone, on paper."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.serve.pages.campus import Site
from tests.serve.pages.conftest import PATIENCE
from tests.serve.pages.paper import sheets_of

pytestmark = pytest.mark.timeout(PATIENCE)

PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_violates_a_rule_of_axe(site: Site, visit: Callable[..., Page], theme: str) -> None:
    page = visit(color_scheme=theme, bypass_csp=True)  # axe is put into the page as a script
    axe, violations = Axe(), []

    for path in site.paths.values():
        page.goto(path)
        found = axe.run(page).response["violations"]
        violations += [(path, it["id"], it["nodes"][0]["html"][:200]) for it in found]

    assert not violations


def test_the_sign_in_and_a_missing_page_have_no_violation(
    site: Site, visit: Callable[..., Page]
) -> None:
    page = visit(bypass_csp=True)
    page.context.clear_cookies()

    for path in ("/sign-in", "/courses/course-v1:No+Such+Course"):
        page.goto(path)
        assert not Axe().run(page).response["violations"]


def test_the_keyboard_reaches_the_content_and_switches_the_theme(
    visit: Callable[..., Page],
) -> None:
    page = visit(color_scheme="light")
    page.goto("/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    button = page.get_by_role("button", name="Switch between light and dark")
    button.focus()
    page.keyboard.press("Enter")
    assert background(page) != "rgb(255, 255, 255)"
    page.reload()
    assert background(page) != "rgb(255, 255, 255)"


def test_the_keyboard_sorts_a_table(visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto("/")
    heading = page.get_by_role("columnheader", name="Enrolled now")

    heading.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    column = page.locator("#courses-table tbody td:nth-child(4)").all_inner_texts()
    numbers = [int(text.replace(",", "")) for text in column]
    assert numbers == sorted(numbers)
    assert len(numbers) >= 3


def test_no_page_is_wider_than_a_phone(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(viewport=PHONE)
    wide = []
    for path in site.paths.values():
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            wide.append(path)
    assert not wide


def test_the_menu_opens_on_a_phone(visit: Callable[..., Page]) -> None:
    page = visit(viewport=PHONE)
    page.goto("/")
    links = page.get_by_role("navigation", name="Main")
    expect(links).to_be_hidden()

    page.get_by_role("button", name="Menu").click()

    expect(links).to_be_visible()
    links.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare courses")


def test_paper_gets_the_light_theme_without_links_to_press(visit: Callable[..., Page]) -> None:
    page = visit(color_scheme="dark")
    page.goto("/")
    page.emulate_media(media="print", color_scheme="dark")

    assert background(page) == "rgb(255, 255, 255)"
    expect(page.locator(".top")).to_be_hidden()
    expect(page.locator("#courses-table")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 700])
def test_printed_charts_are_whole(
    visit: Callable[..., Page], site: Site, width: int, scheme: str
) -> None:
    """Nothing is painted beyond the edge of the paper, and what is painted is there: all charts, seen or not."""
    page = visit(color_scheme=scheme, viewport={"width": width, "height": 800})
    page.goto(f"/courses/{site.course}")
    page.wait_for_load_state("networkidle")
    sheets = sheets_of(page.pdf(format="A4"))
    assert all(sheet.rightmost <= sheet.width + 1 for sheet in sheets), sheets
    marks = sum(sheet.shapes for sheet in sheets)
    page.evaluate("document.querySelectorAll('.plot').forEach((plot) => plot.remove())")
    without = sum(sheet.shapes for sheet in sheets_of(page.pdf(format="A4")))
    assert marks > without + 200, "lines, points and axes of three charts"


def test_pages_say_the_same_without_script(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(java_script_enabled=False)
    page.goto(f"/courses/{site.course}/learners?order=name")

    expect(page.locator("#learners-table tbody tr").first).to_be_visible()
    page.get_by_label("Enrollment").select_option("left")
    page.get_by_role("button", name="Show").click()
    assert "state=left" in page.url


def background(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour
