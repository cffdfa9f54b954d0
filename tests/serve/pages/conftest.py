"""An invented campus, landed, built and published for real, served to Chromium.

Enters: a simulation with packages. Leaves: a running server, and browsers that are signed in as somebody.
"""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from studium.config import Workspace
from studium.pipeline import build, land, publish
from studium.progress import Silent
from studium.serve import create_application
from studium.serve.accounts import open_desk
from studium.serve.rights import Role
from studium.simulate import Plan, simulate
from tests.serve.conftest import PASSWORD
from tests.test_truth import new_job

# Landing and building once takes longer than a test may, where other tests run beside it.
PATIENCE = 900
PLAN = Plan(events=16_000, files=3, seed=31, courses=3, learners=90, days=28, packages=True)
HOSTILE = "</script><script>window.wasRun = true</script><b>\"'&\u2028\u2029"


@dataclass(frozen=True)
class Site:
    """A running server; `course` is granted to course staff and researchers, `hidden` is not."""

    address: str
    workspace: Workspace
    course: str
    hidden: str
    video: str
    problem: str
    learner: str

    def pages(self) -> list[str]:
        """One path of every page that an administrator sees."""
        course = f"/courses/{self.course}"
        return [
            "/",
            course,
            *(f"{course}/{name}" for name in ("enrollment", "engagement", "videos", "problems")),
            *(f"{course}/{name}" for name in ("chapters", "forum", "learners")),
            f"{course}/videos/{self.video}",
            f"{course}/problems/{self.problem}",
            f"{course}/learners/{self.learner}",
            *("/compare", "/subjects", "/network", "/retention", "/events"),
            *("/datasets", "/datasets/person_course", "/account", "/accounts"),
            *(f"/operations/{name}" for name in ("releases", "runs", "checks", "rejects")),
        ]


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A release in which a course, a chapter and a thread have a script for a title."""
    invented = simulate(PLAN, tmp_path_factory.mktemp("invented") / "out", Silent()).output
    job = new_job(tmp_path_factory.mktemp("pages") / "campus")
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
    return job.workspace


@pytest.fixture(scope="session")
def site(published: Workspace) -> Iterator[Site]:
    """The server, on a free port of this machine, with an account for every role."""
    with duckdb.connect(str(published.warehouse), read_only=True) as connection:
        found = connection.execute(
            """
            with course as (select max(course_id) as course_id from marts.course_axis)
            select
                course_id,
                (select min(course_id) from marts.course_axis),
                (select arg_max(encoded_module_id, users_at_start) from marts.video
                    where video.course_id = course.course_id),
                (select arg_max(problem_id, n_unique_users_attempted) from marts.course_problem
                    where course_problem.course_id = course.course_id),
                (select arg_max(username, nevents) from marts.person_course
                    where person_course.course_id = course.course_id)
            from course
            """
        ).fetchone()
    assert found
    desk = open_desk(published)
    for role in Role:
        granted = [found[0]] if role in {Role.COURSE_STAFF, Role.RESEARCHER} else []
        desk.people.add(role.value, role, granted, PASSWORD)
    with running(published) as address:
        yield Site(address, published, *found)


class running:  # noqa: N801 - reads as what it does
    """The server of a workspace while the block lasts; gives its address."""

    def __init__(self, workspace: Workspace) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(create_application(workspace), log_level="error")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    def __enter__(self) -> str:
        self._thread.start()
        deadline = time.monotonic() + 30
        while not self._server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.02)
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_error: object) -> None:
        self._server.should_exit = True
        self._thread.join(30)
        self._socket.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; its absence is a failure, `make test` installs it."""
    path = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    assert path, "Chromium is missing: bash .ci/system-packages chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


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


def sign_in(page: Page, role: Role, path: str = "/") -> None:
    """Open a page without a session, and go through the form that comes instead."""
    page.goto(path)
    page.get_by_label("Name").fill(role.value)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{path}")


@pytest.fixture
def visit(site: Site, chromium: Browser, states: Path) -> Iterator[Callable[..., Page]]:
    """A page of a browser that is signed in as `role`; every error in its console fails the test."""
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
        return page

    def note(kind: str, text: str) -> None:
        if kind == "error":
            troubles.append(text)

    yield open_page
    for context in contexts:
        context.close()
    assert not [text for text in troubles if "status of 40" not in text]
