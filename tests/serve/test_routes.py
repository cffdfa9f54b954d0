"""Every role at every address: each route has a rule, and its answer is that of an oracle by role and course."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi import APIRouter
from fastapi.routing import iter_route_contexts

from studium.serve.rights import Role, Rule, rule, rule_of
from tests.serve.conftest import ALL_SCOPES, COURSES, GRANTED, ONE, Campus

UNKNOWN = "course-v1:No+Such+Course"
EVERYBODY = set(Role)
MAY = {
    Rule.PUBLIC: EVERYBODY,
    Rule.ACCOUNT: EVERYBODY,
    Rule.PERSON: EVERYBODY,
    Rule.COURSE: EVERYBODY,
    Rule.DATASETS: EVERYBODY,
    Rule.EXPORT: EVERYBODY,
    Rule.LEARNERS: EVERYBODY - {Role.INSTITUTION_VIEWER},
    Rule.EVENTS: {Role.ADMINISTRATOR, Role.ANALYST, Role.COURSE_STAFF},
    Rule.INSTITUTION: {Role.ADMINISTRATOR, Role.ANALYST, Role.INSTITUTION_VIEWER},
    Rule.OPERATIONS: {Role.ADMINISTRATOR, Role.ANALYST},
    Rule.ADMINISTRATION: {Role.ADMINISTRATOR},
}
OTHER_VALUES = "something-else"  # for path parameters that are no course


@dataclass(frozen=True)
class Address:
    """A route as the application answers it."""

    path: str
    method: str
    rule: Rule | None


def addresses(campus: Campus) -> list[Address]:
    return list(_addresses(campus))


def _addresses(campus: Campus) -> Iterator[Address]:
    for context in iter_route_contexts(campus.app.routes):
        if context.path == "/static":
            continue
        for method in sorted((context.methods or {"GET"}) - {"HEAD"}):
            yield Address(context.path or "", method, rule_of(context.endpoint))


def fill(path: str, course_id: str) -> str:
    path = re.sub(r"\{course_id(:\w+)?\}", course_id, path)
    return re.sub(r"\{\w+(:\w+)?\}", OTHER_VALUES, path)


def test_every_route_says_for_whom_it_is(campus: Campus) -> None:
    found = addresses(campus)
    assert len(found) >= 10
    assert [address for address in found if address.rule is None] == []


def test_a_route_without_a_rule_answers_nobody(own_campus: Campus) -> None:
    router = APIRouter()

    @router.get("/api/v1/forgotten")
    def forgotten() -> str:
        return "everything"

    own_campus.app.include_router(router)
    for role in (*Role, None):
        answer = own_campus.client(role).get("/api/v1/forgotten")
        assert answer.status_code == 403
        assert "everything" not in answer.text
    assert any(address.rule is None for address in addresses(own_campus))


def test_without_a_sign_in_only_public_addresses_answer(campus: Campus) -> None:
    for address in addresses(campus):
        if address.rule is Rule.PUBLIC:
            continue
        answer = campus.client().request(
            address.method, fill(address.path, ONE), follow_redirects=False
        )
        # A change is refused as forged before anybody asks who it is.
        assert answer.status_code in ({401} if address.method == "GET" else {401, 403}), address


@pytest.mark.parametrize("role", [Role.COURSE_STAFF, Role.RESEARCHER])
def test_forbidden_and_unknown_courses_cannot_be_told_apart(campus: Campus, role: Role) -> None:
    client = campus.client(role)
    hidden = next(course for course in COURSES if course not in GRANTED[role])
    for address in addresses(campus):
        if "{course_id" not in address.path or address.method != "GET":
            continue
        answers = [client.get(fill(address.path, course)) for course in (hidden, UNKNOWN)]
        assert answers[0].content == answers[1].content
        first, second = (dict(answer.headers) for answer in answers)
        assert first == second


def test_an_address_that_is_none_looks_like_one_that_is_hidden(campus: Campus) -> None:
    client = campus.client(Role.COURSE_STAFF)
    assert client.get("/api/v1/nothing").json() == client.get(f"/api/v1/courses/{UNKNOWN}").json()


@pytest.mark.parametrize("role", list(Role))
def test_lists_have_the_courses_of_the_role(campus: Campus, role: Role) -> None:
    found = campus.client(role).get("/api/v1/courses").json()
    assert {item["course_id"] for item in found["items"]} == set(GRANTED.get(role, COURSES))


@pytest.mark.parametrize("course_id", COURSES)
def test_course_ids_are_taken_as_they_are_and_percent_encoded(
    campus: Campus, course_id: str
) -> None:
    client = campus.client(Role.ADMINISTRATOR)
    encoded = course_id.replace(":", "%3A").replace("+", "%2B").replace("/", "%2F")
    plain, other = (client.get(f"/api/v1/courses/{form}") for form in (course_id, encoded))
    assert plain.json()["course_id"] == other.json()["course_id"] == course_id


def test_the_convertor_leaves_what_follows_the_course(own_campus: Campus) -> None:
    router = APIRouter()

    @router.get("/x/{course_id:course}/videos/{video_id:path}")
    @rule(Rule.COURSE)
    def video(course_id: str, video_id: str) -> list[str]:
        return [course_id, video_id]

    own_campus.app.include_router(router)
    client = own_campus.client(Role.ADMINISTRATOR)
    for course_id in COURSES:
        answer = client.get(f"/x/{course_id}/videos/i4x://A/B/video/c")
        assert answer.json() == [course_id, "i4x://A/B/video/c"]


def test_every_rule_has_roles_and_a_scope(campus: Campus) -> None:
    for found in Rule:
        assert (found is Rule.PUBLIC) == (found.roles is None) == (found.scope is None)
        assert found.scope is None or found.scope in ALL_SCOPES
        assert found.roles is None or found.roles == MAY[found]


# --- what leaves with the answer -------------------------------------------------------------


def test_an_etag_is_for_one_release_one_address_and_one_persons_rights(own_campus: Campus) -> None:
    path = "/api/v1/courses"
    admin, staff = own_campus.client(Role.ADMINISTRATOR), own_campus.client(Role.COURSE_STAFF)
    tag = admin.get(path).headers["etag"]
    assert admin.get(path).headers["etag"] == tag
    assert admin.get(path, headers={"if-none-match": tag}).status_code == 304
    others = {
        staff.get(path).headers["etag"],
        admin.get(f"{path}?limit=5").headers["etag"],
        admin.get(f"{path}/{ONE}").headers["etag"],
        admin.get(path, headers={"accept": "text/csv"}).headers["etag"],
    }
    assert tag not in others
    assert len(others) == 4
    found = staff.get(
        path, headers={"if-none-match": tag}
    )  # what somebody else had is not "unchanged"
    assert found.status_code == 200
    assert [item["course_id"] for item in found.json()["items"]] == [ONE]
    before = staff.get(path).headers["etag"]
    own_campus.desk.people.set_courses(Role.COURSE_STAFF.value, COURSES)
    assert staff.get(path, headers={"if-none-match": before}).status_code == 200


def test_no_cache_between_keeps_an_answer_for_somebody_else(campus: Campus) -> None:
    for role in Role:
        headers = campus.client(role).get("/api/v1/courses").headers
        assert headers["cache-control"] == "private, no-cache"
        assert {"authorization", "cookie"} <= set(headers["vary"].lower().split(", "))
    assert campus.client().get("/sign-in").headers["cache-control"] == "no-store"


def test_every_answer_has_the_headers_that_browsers_heed(campus: Campus) -> None:
    answers = [
        campus.client(Role.ADMINISTRATOR).get("/api/v1/courses"),
        campus.client().get("/sign-in"),
        campus.client().get("/nothing"),
        campus.client().get("/api/v1/courses"),
        campus.client().get("/static/nothing.css"),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'")
        assert {"script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(
            policy.split("; ")
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["strict-transport-security"]


def test_no_template_has_inline_script_or_style() -> None:
    from studium.serve.web.templates import FOLDER

    # Blocks of JSON are data: browsers do not run them, and `tojson` writes no `<` into them.
    script = r"<script(?![^>]*\bsrc=|(?= type=\"application/json\")[^>]*>\{\{[^}]*\| tojson \}\})"
    pattern = re.compile(script + r"|<style|\sstyle=|\son\w+=|javascript:|\|\s*safe\b")
    found = [
        f"{path.name}: {match.group()}"
        for path in FOLDER.rglob("*.html")
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "</script>", "\u2028", '" onload="x']
)
def test_pages_escape_what_they_are_given(campus: Campus, text: str) -> None:
    client = campus.client()
    plain = client.get("/sign-in", params={"next": "/x"}).text
    page = client.get("/sign-in", params={"next": f"/{text}"}).text
    assert page.count(text) == plain.count(text)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/courses?x=" + "a" * 9_000, 414),
        ("/api/v1/courses?" + "&".join(f"x={number}" for number in range(4_000)), 414),
        ("/api/v1/courses?" + "&".join("a" for _ in range(300)), 400),
        ("/api/v1/courses/" + "a" * 7_000, 404),
        ("/api/v1/audit?limit=1000000000", 422),
        ("/api/v1/audit?limit=-1", 422),
        ("/api/v1/audit?limit=x", 422),
    ],
)
def test_requests_without_measure_are_refused_at_once(
    campus: Campus, path: str, status: int
) -> None:
    import time

    client = campus.client(Role.ADMINISTRATOR)
    client.get("/api/v1/courses")
    began = time.perf_counter()
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "fix"} == set(answer.json())
    assert time.perf_counter() - began < 1.0


def test_a_body_without_measure_is_refused(campus: Campus) -> None:
    client = campus.client(Role.ADMINISTRATOR)
    answer = client.post("/api/v1/tokens", content=b'{"label": "' + b"a" * 2_000_000 + b'"}')
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path", ["/account/", "/sign-in/", "//evil.example/account/", "/account/?a=1"]
)
def test_no_redirect_leads_to_the_host_that_was_sent(campus: Campus, path: str) -> None:
    answer = campus.client().get(path, headers={"host": "evil.example"}, follow_redirects=False)
    location = answer.headers.get("location", "/")
    assert location.startswith("/")
    assert not location.startswith("//")
    assert "evil" not in location or answer.status_code == 404
    if path == "/account/?a=1":
        assert (answer.status_code, location) == (307, "/account?a=1")
