"""A small campus, published: three courses, tables of every level, an account of every role.

Enters: nothing. Leaves: a `Campus` with an application and clients that ask as somebody.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import update

from studium.config import Workspace, open_workspace, write_default_settings
from studium.progress import Silent
from studium.publish import AreaEvidence, Candidate, Clock, LakeEvidence, publish
from studium.serve import create_application
from studium.serve.accounts import Desk, open_desk
from studium.serve.accounts.passwords import hash_password
from studium.serve.accounts.store import ACCOUNTS, writing
from studium.serve.rights import Role, TokenScope
from studium.vocabulary import Belonging, CheckOutcome, Groups, InputFile, Rights, Scope, Table
from tests.running import Place, Prepared
from tests.serve.api.classified import classify_marts

ONE, TWO, OLD = "course-v1:Uni+One+2024", "course-v1:Uni+Two+2024", "Uni/Old/2013"
COURSES = (ONE, TWO, OLD)
PASSWORD = "correct horse battery staple"
ALL_SCOPES = tuple(TokenScope)


def of(*courses: str) -> frozenset[Scope]:
    """Grants of courses one by one."""
    return frozenset(Scope("course", course) for course in courses)


GRANTED = {Role.COURSE_STAFF: [ONE], Role.RESEARCHER: [TWO]}
COUNTING = "event_types_daily"
BY_COURSE = Belonging("course", "course_id")
MARTS = f"""
create schema marts;
create schema studium;
create table studium.last_build as
    select 'abc' as models_hash, null::date as events_from, date '2024-03-03' as as_of,
        false as compat, true as is_complete;
create table marts.event_types_daily as
    select * from (values
        ('{ONE}', date '2024-03-01', 'play_video', 'browser', 4, 3),
        ('{ONE}', date '2024-03-01', 'problem_check', 'server', 2, 2),
        ('{TWO}', date '2024-03-01', 'play_video', 'browser', 1, 1),
        ('{OLD}', date '2024-03-01', 'play_video', 'browser', 1, 1)
    ) as rows (course_id, date, event_type, event_source, event_count, learner_count);
create table marts.person_course as
    select course_id, 1000 + number as user_id, 'learner' || number as username,
        '10.0.0.' || number as ip, number / 40.0 as grade, number % 3 = 0 as certified
    from range(1, 41) as numbers (number),
        (values ('{ONE}', 0), ('{TWO}', 1), ('{OLD}', 2)) as courses (course_id, place)
    where number % 3 <= 2 - place;
create table marts.course_enrollment_daily as
    select course_id, date '2024-03-02' as date, count(*)::bigint as count,
        count(*)::bigint as cumulative_count
    from marts.person_course group by course_id;
create table marts.course_enrollment_by_gender as
    select * from (values
        ('{ONE}', 'f', 30), ('{ONE}', 'm', 17), ('{ONE}', 'o', 1),
        ('{TWO}', 'f', 12), ('{TWO}', 'm', 11), ('{OLD}', 'f', 3), ('{OLD}', 'm', 4)
    ) as rows (course_id, gender, count);
create table marts.overall as select 48::bigint as learners;
create table marts.user_languages as
    select 'learner' || number as username, 'en' as language from range(1, 41) as n (number);
create table marts.unclassified as select '{ONE}' as course_id, 'learner1' as username;
"""
# Tables of no model, for what a model need not have: a total, a table of no course, one that says nothing.
INVENTED: dict[str, Rights | None] = {
    "course_enrollment_by_gender": Rights(
        level="course",
        scope=BY_COURSE,
        groups=Groups(within=["course_id"], counts=["count"]),
    ),
    "overall": Rights(level="institution"),
    "user_languages": Rights(level="learner", learner=["username"]),
    "unclassified": None,
}
CLASSIFIED = INVENTED | classify_marts(MARTS, INVENTED)


def publish_marts(
    workspace: Workspace, second: int = 0, classified: Mapping[str, Rights | None] | None = None
) -> str:
    """A release of what the warehouse holds; its id."""
    described = [
        Table(name, rights=found, counts="event_count" if name == COUNTING else "")
        for name, found in (classified or CLASSIFIED).items()
    ]
    day = date(2024, 3, 1)
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select sum(event_count) from marts.event_types_daily"
        ).fetchone()
    events = int(found[0]) if found else 0
    lake = LakeEvidence(
        [InputFile("tracking.log", "a" * 64, events, events=events)], [], {day: events}
    )
    candidate = Candidate(
        {"courses": AreaEvidence([CheckOutcome("all_is_well", "pass")], lake, described)}
    )
    clock = Clock(datetime(2024, 3, 4, 10, 15, second, tzinfo=UTC), date(2024, 3, 4))
    release_id: str = publish(workspace, candidate, Silent(), clock).release.id
    return release_id


def make_workspace(root: Path, settings: str = "") -> Workspace:
    """A workspace with the marts in its warehouse and nothing published."""
    write_default_settings(root)
    with (root / "studium.toml").open("a", encoding="utf-8") as stream:
        stream.write(f"\n{settings}\n")
    with duckdb.connect(str(root / "warehouse.duckdb")) as connection:
        connection.execute(MARTS)
    return open_workspace(root, {})


def with_settings(workspace: Workspace, **variables: str) -> Workspace:
    """The same workspace as STUDIUM_<SECTION>__<SETTING> would change it."""
    given = {f"STUDIUM_{name.upper()}": value for name, value in variables.items()}
    return open_workspace(workspace.root, given)


@dataclass
class Campus:
    """An application, its desk, and tokens of an account for each role; names are the roles'."""

    workspace: Workspace
    app: FastAPI
    desk: Desk
    tokens: dict[Role, str]

    def client(self, role: Role | None = None) -> TestClient:
        """A program that asks with a token of the role, or without any."""
        client = TestClient(self.app, base_url="https://testserver", raise_server_exceptions=False)
        if role is not None:
            client.headers["authorization"] = f"Bearer {self.tokens[role]}"
        return client

    def browser(self, role: Role) -> TestClient:
        """A browser that has signed in by password."""
        client = self.client()
        sign_in(client, role.value, PASSWORD)
        return client


def run(campus: Campus, *arguments: object) -> int:
    """The exit code of a command in a process of its own: it forks, which one with threads of a server may not."""
    given = ["--workspace", str(campus.workspace.root), *map(str, arguments)]
    surroundings = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])}
    with Prepared(given, Place(campus.workspace.root, surroundings)) as process:
        output, errors = process.communicate(timeout=120)
    sys.stdout.write(output)
    sys.stderr.write(errors)
    return int(process.returncode)


def form_token_of(client: TestClient, path: str = "/sign-in") -> str:
    """The token in the form of a page."""
    page: str = client.get(path).text
    return page.split('name="form_token" value="', 1)[1].split('"', 1)[0]


def sign_in(client: TestClient, username: str, password: str, **form: str) -> Any:
    """Open the page, send its form."""
    asked = {"username": username, "password": password, "form_token": form_token_of(client)}
    return client.post("/sign-in", data=asked | form, follow_redirects=False)


@cache
def hashed() -> str:
    """The hash of the password of everybody."""
    return hash_password(PASSWORD, "nobody")


def open_campus(workspace: Workspace) -> Campus:
    """The application with an account and a token for each role."""
    desk = open_desk(workspace)
    tokens = {}
    for role in Role:
        account = desk.people.add(role.value, role, of(*GRANTED.get(role, ())))
        with writing(
            desk.people.engine
        ) as connection:  # one hash for all: each costs what it shall cost
            connection.execute(update(ACCOUNTS).values(password_hash=hashed()))
        tokens[role] = desk.tokens.create(account.user_id, "test", ALL_SCOPES, 1)[1]
    return Campus(workspace, create_application(workspace), desk, tokens)


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """Published and open; shared by the tests of a file, which must not change its accounts."""
    workspace = make_workspace(tmp_path_factory.mktemp("serve") / "campus")
    publish_marts(workspace)
    return open_campus(workspace)


@pytest.fixture
def own_campus(tmp_path: Path) -> Campus:
    """The same for one test, which may change everything."""
    workspace = make_workspace(tmp_path / "campus")
    publish_marts(workspace)
    return open_campus(workspace)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Marts, but no release."""
    return make_workspace(tmp_path / "campus")


@pytest.fixture
def change(own_campus: Campus) -> Callable[[str], str]:
    """Change the marts and publish again."""
    seconds = iter(range(1, 60))

    def run(sql: str) -> str:
        with duckdb.connect(str(own_campus.workspace.warehouse)) as connection:
            connection.execute(sql)
        return publish_marts(own_campus.workspace, next(seconds))

    return run
