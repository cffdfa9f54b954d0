"""A published campus behind a server, for Chromium: in the tests of pages, and for their screenshots.

Enters: a workspace with a release. Leaves: the addresses of all its pages, a running server, a browser
that somebody has signed in with.
"""

import fcntl
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from studium.config import Workspace
from studium.publish import query
from studium.serve import create_application
from studium.serve.accounts import open_desk
from studium.serve.rights import Role
from studium.vocabulary import GRANTED, Scope
from tests.serve.conftest import PASSWORD

# Of the courses with content the last by name, and what is seen most in it.
_MOST_SEEN = """
    with course as (select max(course_id) as course_id from course_axis)
    select
        course_id,
        (select min(course_id) from course_axis) as hidden,
        (select arg_max(encoded_module_id, users_at_start) from video
            where video.course_id = course.course_id) as video,
        (select arg_max(problem_id, n_unique_users_attempted) from course_problem
            where course_problem.course_id = course.course_id) as problem,
        (select arg_max(username, nevents) from person_course
            where person_course.course_id = course.course_id) as learner,
        (select arg_max(node_id, users) from tutorial_funnels
            where tutorial_funnels.course_id = course.course_id and step = 1) as tutorial
    from course
"""


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
    tutorial: str

    @property
    def paths(self) -> dict[str, str]:
        """Name and path of every page that an administrator sees."""
        course = f"/courses/{self.course}"
        tabs = (
            "enrollment",
            "engagement",
            "videos",
            "problems",
            "chapters",
            "tutorials",
            "forum",
            "learners",
        )
        release = (self.workspace.root / "current").resolve().name
        return {
            "courses": "/",
            "course": course,
            **{name: f"{course}/{name}" for name in tabs},
            "course-retention": f"{course}/retention",
            "video": f"{course}/videos/{self.video}",
            "problem": f"{course}/problems/{self.problem}",
            "learner": f"{course}/learners/{self.learner}",
            "tutorial": f"{course}/tutorials/{quote(self.tutorial, safe='+:@')}",
            **{name: f"/{name}" for name in ("compare", "subjects", "network", "retention")},
            "events": "/events",
            "events-counted": "/events?type=speed_change_video&by=os&field=new_speed",
            "datasets": "/datasets",
            "dataset": "/datasets/person_course",
            **{name: f"/operations/{name}" for name in ("releases", "runs", "checks", "rejects")},
            "release": f"/operations/releases/{release}",
            "api": "/api",
            "account": "/account",
            "accounts": "/accounts",
        }


def find_site(workspace: Workspace, address: str) -> Site:
    """What is seen most in the current release, at the address of its server."""
    with query(workspace, _MOST_SEEN) as answer:
        row = next(iter(answer.rows()))
    return Site(address, workspace, *row)


def add_accounts(workspace: Workspace, course: str) -> None:
    """An account for every role, named as the role."""
    desk = open_desk(workspace)
    for role in Role:
        granted = [Scope("course", course)] if role in GRANTED else []
        desk.people.add(role.value, role, granted, PASSWORD)


def sign_in(page: Page, role: Role, path: str = "/") -> None:
    """Open a page without a session, and go through the form that comes instead."""
    page.goto(path)
    page.get_by_label("Name").fill(role.value)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{path}")


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


@contextmanager
def browsing() -> Iterator[Browser]:
    """The system's Chromium; its absence is a failure, `make test` installs it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    assert path, "Chromium is missing: bash .ci/system-packages chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock that all processes of one test run share; who comes later waits."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
