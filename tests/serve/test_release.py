"""The release that is served: it follows `current`, outlives its removal, and a slow query is stopped."""

import shutil
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from studium.config import Workspace
from studium.serve import create_application
from studium.serve.accounts import open_desk
from studium.serve.release import (
    Bounds,
    GreedyQueryError,
    OverdueQueryError,
    Reader,
    UnfitValueError,
)
from studium.serve.rights import Principal, Role
from tests.serve.conftest import CLASSIFIED, ONE, Campus, open_campus, publish_marts

ADMIN = Principal(1, "root", Role.ADMINISTRATOR)
SLOW = (
    "select sum(a.user_id * b.user_id * c.user_id * d.user_id * e.user_id) as n from person_course a, "
    "person_course b, person_course c, person_course d, person_course e"
)


def reader_of(campus: Campus, **bounds: float) -> Reader:
    server = campus.app.state.server
    limited: Bounds = replace(server.bounds, **bounds)
    return Reader(ADMIN, limited, server.keeper.release(), server.keeper.watch)


def test_without_a_release_every_answer_says_what_to_do(workspace: Workspace) -> None:
    campus = open_campus(workspace)
    answer = campus.client(Role.ADMINISTRATOR).get("/api/v1/courses")
    assert answer.status_code == 503
    assert "studium run" in answer.json()["fix"]
    assert campus.client().get("/api/v1/health").status_code == 503
    assert campus.client().get("/sign-in").status_code == 200
    assert str(workspace.root) not in answer.text


def test_the_first_release_is_served_without_a_restart(workspace: Workspace) -> None:
    campus = open_campus(workspace)
    client = campus.client(Role.ADMINISTRATOR)
    assert client.get("/api/v1/courses").status_code == 503
    release_id = publish_marts(workspace)
    assert client.get("/api/v1/courses").json()["release"] == release_id


def test_a_new_release_is_followed_and_a_begun_request_keeps_its_own(
    own_campus: Campus, change: Callable[[str], str]
) -> None:
    client = own_campus.client(Role.ADMINISTRATOR)
    before = client.get(f"/api/v1/courses/{ONE}")
    begun = reader_of(own_campus)
    release_id = change(
        f"insert into marts.course_enrollment_daily values ('{ONE}', date '2024-03-03', 9, 50)"
    )
    after = client.get(f"/api/v1/courses/{ONE}", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.headers["studium-release"] == release_id != before.headers["studium-release"]
    assert len(begun.rows("from course_enrollment_daily")) == 3
    assert len(reader_of(own_campus).rows("from course_enrollment_daily")) == 4


def test_a_release_that_is_removed_while_served_goes_on_answering(own_campus: Campus) -> None:
    client = own_campus.client(Role.ADMINISTRATOR)
    before = client.get("/api/v1/courses").json()
    shutil.rmtree(own_campus.workspace.releases)
    assert client.get("/api/v1/courses").json() == before
    own_campus.workspace.current.unlink()
    assert client.get("/api/v1/courses").json() == before


def test_retention_sees_that_a_release_is_served(
    own_campus: Campus, change: Callable[[str], str]
) -> None:
    """Its file is locked as long as a request reads it, also when all releases are listed meanwhile."""
    from studium.publish import releases
    from studium.publish.retention import remove_old_releases

    begun = reader_of(own_campus)
    change("insert into marts.overall values (1)")
    own_campus.client(Role.ADMINISTRATOR).get("/api/v1/courses")
    assert {release.id for release in releases(own_campus.workspace)} > {begun.release_id}
    assert remove_old_releases(own_campus.workspace, 1) == []
    assert begun.rows("from overall") == [{"learners": 48}]
    del begun
    assert len(remove_old_releases(own_campus.workspace, 1)) == 1


def test_readers_see_one_release_each_while_many_are_published(
    own_campus: Campus, change: Callable[[str], str]
) -> None:
    """No error, and no answer with rows of two releases: `overall` has as many rows as releases came."""
    problems: list[str] = []
    stop = threading.Event()

    def read() -> None:
        client = own_campus.client(Role.ADMINISTRATOR)
        while not stop.is_set():
            answer = client.get("/api/v1/courses")
            if answer.status_code != 200:
                problems.append(answer.text)
            reader = reader_of(own_campus)
            if reader.rows("from overall") != reader.rows("from overall"):
                problems.append("two releases in one request")

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(8):
        change(f"insert into marts.overall values ({number})")
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []


def test_a_query_that_takes_too_long_is_stopped_and_others_go_on(campus: Campus) -> None:
    began = time.monotonic()
    with pytest.raises(OverdueQueryError):
        reader_of(campus, query_seconds=0.3).rows(SLOW)
    assert time.monotonic() - began < 10
    assert reader_of(campus).rows("select 1 as n from overall") == [{"n": 1}]


def read_slowly(batches: Iterable[object]) -> None:
    """As a client does on a bad line."""
    for _batch in batches:
        time.sleep(0.05)


def test_a_download_that_takes_too_long_is_stopped(campus: Campus) -> None:
    with pytest.raises(OverdueQueryError):
        reader_of(campus, export_seconds=0.3, query_seconds=0.3).arrow(SLOW)
    many = (
        "select a.user_id from person_course a, person_course b, person_course c, person_course d"
    )
    reader = reader_of(campus, export_seconds=0.2, query_seconds=60)
    _, batches = reader.arrow(f"select * from ({many}) limit 20000000")
    with pytest.raises(OverdueQueryError):
        read_slowly(batches)


def test_a_query_that_wants_too_much_memory_is_refused(own_campus: Campus) -> None:
    from tests.serve.conftest import with_settings

    small = with_settings(
        own_campus.workspace, serve__memory_limit_mb="64", serve__temporary_limit_mb="0"
    )
    app = create_application(small)
    campus = Campus(small, app, open_desk(small), {})
    greedy = "select list(username || range) as n from person_course, range(1_000_000)"
    with pytest.raises(GreedyQueryError):
        reader_of(campus).rows(greedy)


def test_a_value_that_does_not_fit_is_the_askers_fault(campus: Campus) -> None:
    with pytest.raises(UnfitValueError):
        reader_of(campus).rows(
            "select 1 from person_course where user_id = $id::bigint", {"id": "x"}
        )


def test_a_release_from_before_the_rights_is_for_administrators(
    own_campus: Campus, change: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.serve.conftest.CLASSIFIED", dict.fromkeys(CLASSIFIED))
    change("insert into marts.overall values (1)")
    assert own_campus.client(Role.ANALYST).get("/api/v1/courses").json()["items"] == []
    assert reader_of(own_campus).rows("select count(*) as n from overall") == [{"n": 2}]


def test_nothing_is_left_in_the_scratch_folder(campus: Campus) -> None:
    campus.client(Role.ADMINISTRATOR).get("/api/v1/courses")
    left: list[Path] = list(campus.workspace.scratch.glob("serve-*.duckdb*"))
    assert left == []
