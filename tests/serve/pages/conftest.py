"""An invented campus, landed, built and published for real, once for all processes that test pages.

Enters: a simulation with packages. Leaves: a running server, and browsers that are signed in as somebody.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response

from studium.config import Workspace, open_workspace
from studium.pipeline import build, land, publish
from studium.progress import Silent
from studium.serve.rights import Role
from studium.simulate import Plan, simulate
from tests.serve.pages.campus import (
    Site,
    add_accounts,
    alone,
    browsing,
    find_site,
    running,
    sign_in,
)
from tests.test_truth import new_job

# Landing and building once takes longer than a test may, where other tests run beside it.
PATIENCE = 900
PLAN = Plan(
    events=16_000, files=3, seed=31, courses=3, learners=90, days=28, packages=True, truth=False
)
# What Chromium and htmx write about an answer with a status of an error; tests ask for such answers.
REFUSALS = ("Failed to load resource", "Response Status Error Code")
HOSTILE = "</script><script>window.wasRun = true</script><b>\"'&\u2028\u2029"


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A release in which a course, a chapter and a thread have a script for a title."""
    room = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        room = room.parent  # of all workers of this run
    campus, done = room / "campus", room / "campus.done"
    with alone(room / "campus.lock"):
        if not done.exists():
            _publish_campus(room / "invented", campus)
            done.touch()
    return open_workspace(campus, {})


def _publish_campus(folder: Path, campus: Path) -> None:
    invented = simulate(PLAN, folder, Silent()).output
    job = new_job(campus)
    land(job, [invented / "logs", invented / "packages"])
    build(job)
    with duckdb.connect(str(job.workspace.warehouse)) as connection:
        title = {"title": HOSTILE}
        connection.execute(
            "update marts.course_axis set name = $title where category in ('course', 'chapter')"
            " and course_id = (select max(course_id) from marts.course_axis)",
            title,
        )
        connection.execute("update marts.forum_posts set title = $title", title)
    publish(job)
    add_accounts(job.workspace, find_site(job.workspace, "").course)


@pytest.fixture(scope="session")
def site(published: Workspace) -> Iterator[Site]:
    """The server, on a free port of this machine, with an account for every role."""
    with running(published) as address:
        yield find_site(published, address)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="session")
def states(site: Site, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the cookies of every role, made by signing in through the form."""
    folder = tmp_path_factory.mktemp("states")
    for role in Role:
        context = chromium.new_context(base_url=site.address)
        page = context.new_page()
        sign_in(page, role)
        context.storage_state(path=folder / role.value)
        context.close()
    return folder


@pytest.fixture
def visit(site: Site, chromium: Browser, states: Path) -> Iterator[Callable[..., Page]]:
    """A page of a browser that is signed in as `role`; errors of its scripts and faults of the server fail the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(role: Role = Role.ADMINISTRATOR, **options: object) -> Page:
        context = chromium.new_context(
            base_url=site.address,
            storage_state=states / role.value,
            **options,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: note(said.type, said.text))
        page.on("response", look_at)
        return page

    def note(kind: str, text: str) -> None:
        if kind == "error" and not text.startswith(REFUSALS):
            troubles.append(text)

    def look_at(response: Response) -> None:
        is_ours = "/static/" in response.url
        if response.status == 500 or (is_ours and response.status >= 400):
            troubles.append(f"{response.status} {response.url}")

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles
