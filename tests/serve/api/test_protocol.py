"""What HTTP and its clients count on: HEAD, media types, names of parameters, links, one meaning per name."""

import re
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from studium.serve import create_application
from studium.serve.rights import Role
from tests.serve.conftest import ONE, Campus, with_settings

COURSE = ONE.replace("+", "%2B")
COURSES = "/api/v1/courses"


def analyst(rich: Campus) -> TestClient:
    return rich.client(Role.ANALYST)


@pytest.mark.parametrize(
    "path",
    [
        COURSES,
        f"{COURSES}/{ONE}/enrollment?by=mode&format=csv",
        f"{COURSES}/course-v1:No+Such+Course",
        "/api/v1/datasets/video/rows?format=parquet",
        "/api/v1/openapi.json",
        "/api/v0/course_summaries/",
        "/sign-in",
        "/compare",
        f"/courses/{ONE}",
        "/static/studium.css",
    ],
)
def test_head_has_the_headers_of_get_and_no_body(rich: Campus, path: str) -> None:
    client = analyst(rich)
    whole, head = client.get(path), client.head(path)
    assert whole.content
    assert head.content == b""
    assert head.status_code == whole.status_code

    def lasting(answer: Any) -> dict[str, str]:
        return {k: v for k, v in answer.headers.items() if k not in {"date", "set-cookie"}}

    assert lasting(head) == lasting(whole)
    if tag := head.headers.get("etag"):
        asked = {"if-none-match": tag}
        assert client.head(path, headers=asked).status_code == 304


def test_head_of_a_download_is_in_the_audit_log_as_get_is(own_campus: Campus) -> None:
    client = own_campus.client(Role.ADMINISTRATOR)
    client.head("/api/v1/datasets/person_course/rows?format=csv")
    newest = own_campus.desk.audit.list(1)[0].record
    assert (newest.action, newest.username) == ("export", "administrator")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json;q=0, text/csv", "text/csv"),
        ("application/json;q=0.1, text/csv;q=0.2", "text/csv"),
        ("text/csv;q=0.1, application/json;q=0.9", "application/json"),
        ("text/csv, application/json", "text/csv"),
        ("application/json, text/csv", "application/json"),
        ("text/csv, */*;q=0.1", "text/csv"),
        ("text/*;q=0.9, */*;q=0.1", "text/csv"),
        ("text/csv;q=0, */*", "application/json"),
        ("*/*, application/json;q=0", "text/csv"),
        ("TEXT/CSV ; charset=utf-8 ; Q=1.000", "text/csv"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("", "application/json"),
        ("nonsense", "application/json"),
        ("text/html", None),
        ("application/json;q=0, text/csv;q=0.000", None),
    ],
)
def test_qualities_of_media_types_count(rich: Campus, accept: str, kind: str | None) -> None:
    client = analyst(rich)
    for path in (COURSES, "/api/v0/course_summaries/"):
        answer = client.get(path, headers={"accept": accept})
        if kind is None:
            assert answer.status_code == 406
            continue
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)


def test_what_is_no_list_is_not_to_be_had_as_csv(rich: Campus) -> None:
    answer = analyst(rich).get(f"{COURSES}/{ONE}", headers={"accept": "text/csv"})
    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["fix"] == "Accept one of: application/json."


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/vnd.apache.parquet, text/csv;q=0.5", "application/vnd.apache.parquet"),
        ("application/vnd.apache.parquet;q=0, application/x-ndjson", "application/x-ndjson"),
        ("*/*", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("image/png", None),
    ],
)
def test_downloads_come_in_the_form_that_is_taken(
    rich: Campus, accept: str, kind: str | None
) -> None:
    answer = analyst(rich).get("/api/v1/datasets/video/rows", headers={"accept": accept})
    assert answer.status_code == (200 if kind else 406)
    assert kind is None or answer.headers["content-type"] == kind


def test_no_route_of_version_1_takes_a_parameter_that_it_does_not_know(rich: Campus) -> None:
    client, asked = rich.client(Role.ADMINISTRATOR), 0
    known = {"{course_id:course}": ONE, "{event_type:path}": "play_video"}
    for context in iter_route_contexts(rich.app.routes):
        path = context.path or ""
        if not path.startswith("/api/v1/") or "GET" not in (context.methods or ()):
            continue
        for name, value in known.items():
            path = path.replace(name, value)
        answer = client.get(re.sub(r"\{\w+(:\w+)?\}", "x", path), params={"coarse_id": ONE})
        assert answer.status_code == 422, path
        assert answer.json()["detail"] == "There is no parameter 'coarse_id' here"
        asked += 1
    assert asked > 30


def test_an_unknown_parameter_is_answered_with_the_known_ones(rich: Campus) -> None:
    answer = analyst(rich).get(f"/api/v1/retention?course_id={COURSE}")
    assert answer.status_code == 422
    known = analyst(rich).get("/api/v1/openapi.json").json()["paths"]["/api/v1/retention"]["get"]
    names = sorted(parameter["name"] for parameter in known["parameters"])
    assert answer.json()["fix"] == f"This address takes: {', '.join(names)}."


def test_version_0_lets_unknown_parameters_be(rich: Campus) -> None:
    assert analyst(rich).get("/api/v0/course_summaries/?nothing=1").status_code == 200


def links_of(campus: Campus, host: str) -> list[str]:
    client = campus.client(Role.ANALYST)
    client.headers["host"] = host
    learners = client.get(f"/api/v0/learners/?course_id={COURSE}&page=2&page_size=10").json()
    report = client.get(f"/api/v0/courses/{ONE}/reports/problem_response/").json()
    return [learners["next"], learners["previous"], report["download_url"]]


def test_links_do_not_follow_the_host_header(rich: Campus) -> None:
    for link in links_of(rich, "evil.example.org"):
        assert link.startswith("/api/v0/")
    for link in links_of(rich, "testserver"):
        assert link.startswith("https://testserver/api/v0/")


def test_links_lead_to_the_address_that_is_set(rich: Campus) -> None:
    known = with_settings(rich.workspace, serve__public_url="https://data.example.org/")
    campus = Campus(known, create_application(known), rich.desk, rich.tokens)
    for link in links_of(campus, "evil.example.org"):
        assert link.startswith("https://data.example.org/api/v0/")


def test_verified_means_the_same_on_pages_and_in_the_api(rich: Campus) -> None:
    said = analyst(rich).get(f"{COURSES}/{ONE}").json()["verified"]
    assert said == 12
    browser = rich.browser(Role.ANALYST)
    page = browser.get(f"/courses/{ONE}", headers={"accept": "text/html"}).text
    assert re.search(r"<dt>Verified</dt>\s*<dd class=\"value\">12</dd>", page)
    listed = browser.get("/?csv=courses").text
    assert ",12," in next(line for line in listed.splitlines() if line.startswith(ONE))
