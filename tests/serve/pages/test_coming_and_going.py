"""Pages while a release is not there yet, is removed under them, or another one comes."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from studium.config import Workspace
from studium.serve.accounts import open_desk
from studium.serve.rights import Role
from tests.serve.conftest import ONE, PASSWORD, make_workspace, publish_marts
from tests.serve.pages.campus import running, sign_in


def test_without_a_release_a_page_says_what_to_do(tmp_path: Path, chromium: Browser) -> None:
    workspace = workspace_of_an_administrator(tmp_path)
    with running(workspace) as address:
        page = chromium.new_page(base_url=address)
        sign_in(page, Role.ADMINISTRATOR)
        says_what_to_do(page, workspace)
        expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is published yet")

        first = publish_marts(workspace)
        page.goto("/")

        expect(page.get_by_role("heading", level=1)).to_have_text("All courses")
        expect(page.locator(".bottom")).to_contain_text(first)
        page.close()


def test_a_release_that_is_removed_while_served_goes_on_answering(
    tmp_path: Path, chromium: Browser
) -> None:
    workspace = workspace_of_an_administrator(tmp_path)
    first = publish_marts(workspace)
    with running(workspace) as address:
        page = chromium.new_page(base_url=address)
        sign_in(page, Role.ADMINISTRATOR)
        shutil.rmtree(workspace.releases)
        workspace.current.unlink()

        for path in ("/", f"/courses/{ONE}", f"/courses/{ONE}/enrollment", "/datasets"):
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            expect(page.locator(".bottom")).to_contain_text(first)
        page.goto(f"/courses/{ONE}/enrollment")
        expect(page.locator("#enrollment_daily-table tbody tr")).to_have_count(1)

        second = publish_marts(workspace, 1)
        page.reload()
        expect(page.locator(".bottom")).to_contain_text(second)
        page.close()


def test_a_server_that_begins_after_the_release_was_removed_says_what_to_do(
    tmp_path: Path, chromium: Browser
) -> None:
    workspace = workspace_of_an_administrator(tmp_path)
    publish_marts(workspace)
    shutil.rmtree(workspace.releases)
    with running(workspace) as address:
        page = chromium.new_page(base_url=address)
        sign_in(page, Role.ADMINISTRATOR)
        says_what_to_do(page, workspace)
        page.close()


def workspace_of_an_administrator(folder: Path) -> Workspace:
    workspace = make_workspace(folder / "campus")
    open_desk(workspace).people.add(Role.ADMINISTRATOR, Role.ADMINISTRATOR, (), PASSWORD)
    return workspace


def says_what_to_do(page: Page, workspace: Workspace) -> None:
    """The start page, and one of a course: a link that somebody was sent."""
    for path in ("/", f"/courses/{ONE}"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 503
        expect(page.locator("main")).to_contain_text("studium run")
        assert str(workspace.root) not in page.content()
