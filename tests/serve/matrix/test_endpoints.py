"""Role × address × course: who is answered at all, and that no answer holds a name, a text or a course too many."""

import re
from collections.abc import Iterator
from itertools import product

import pytest

from studium.serve.rights import Role, Rule
from tests.serve.conftest import COURSES, GRANTED, Campus
from tests.serve.matrix.campus import PERSONAL, learner_name
from tests.serve.matrix.test_datasets import everything
from tests.serve.test_routes import MAY, UNKNOWN, Address, addresses

_VALUES = {
    "video_id": "v1",
    "problem_id": "p1",
    "name": "course_enrollment_daily",
    "report_name": "problem_response",
    "event_type": "play_video",
    "token_id": "000000000000",
    "rest": "nothing",
}
_ASKED = {
    "/api/v0/learners/": "?course_id={course_id}",
    "/api/v0/learners/{username}/": "?course_id={course_id}",
    "/api/v0/engagement_timelines/{username}/": "?course_id={course_id}",
}
# What the generated campus cannot have: raw events, a token with that id, addresses that are none, a subsection of as
# few pages as a funnel may have.
_EMPTY = {
    "/api/v1/courses/{course_id:course}/funnel",
    "/api/v1/courses/{course_id:course}/funnel/people",
    "/api/v1/events/{event_type:path}",
    "/api/v0/courses/{rest:path}",
}
_NAMED_BY_NOBODY = re.compile(rf"canary\d|{PERSONAL}")


def path_of(address: Address, course: str, campus: Campus) -> str:
    """The address with the first video, problem and learner of a course, which the route need not name."""
    place = COURSES.index(course) if course in COURSES else 0
    values = _VALUES | {
        "course_id": course,
        "username": learner_name(place, 1),
        "module_id": f"block-of-{course}",
        "node_id": f"node-of-{course}",
        "release_id": campus.app.state.server.keeper.release().id,
    }
    path = re.sub(r"\{(\w+)(:\w+)?\}", lambda found: values[found[1]], address.path)
    return path + _ASKED.get(address.path, "").format(course_id=course.replace("+", "%2B"))


def reading(campus: Campus) -> list[Address]:
    """Addresses that answer a GET of somebody who is known."""
    return [it for it in addresses(campus) if it.method == "GET" and it.rule is not Rule.PUBLIC]


def names_course(address: Address) -> bool:
    return "course_id" in address.path + _ASKED.get(address.path, "")


def own(role: Role) -> set[str]:
    return set(GRANTED.get(role, COURSES))


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_exactly_its_addresses(whole: Campus, role: Role) -> None:
    client = whole.client(role)
    is_researcher = role is Role.RESEARCHER  # to whom a learner's name is none
    for address in reading(whole):
        for course in (*COURSES, UNKNOWN) if names_course(address) else COURSES[:1]:
            answer = client.get(path_of(address, course, whole), follow_redirects=False)
            where = (address, role, course, answer.status_code, answer.text[:300])
            if address.rule is None or role not in MAY[address.rule]:
                assert answer.status_code == 403, where
            elif names_course(address) and course not in own(role):
                assert answer.status_code == 404, where
            elif address.path in _EMPTY or (is_researcher and "{username" in address.path):
                assert answer.status_code in {400, 404, 422, 503}, where
            elif address.path.startswith("/api/v0/problems/") and COURSES[0] not in own(role):
                assert answer.status_code == 404, where
            elif "/reports/" in address.path and role is Role.INSTITUTION_VIEWER:
                assert answer.status_code == 404, where  # the report is of learners
            else:
                assert answer.status_code == 200, where


@pytest.mark.parametrize("role", list(Role))
def test_no_answer_names_people_or_courses_beyond_the_role(whole: Campus, role: Role) -> None:
    """Names of people, personal texts and keys of courses are unlike any other text: each is looked for."""
    client, answered = whole.client(role), 0
    foreign = [
        *(set(COURSES) - own(role)),
        *(learner_name(place, 1)[:7] for place, it in enumerate(COURSES) if it not in own(role)),
    ]
    for path, form in asked_of(whole, role):
        answer = client.get(path, headers={"accept": form})
        if answer.status_code != 200:
            continue
        answered += 1
        assert not [it for it in foreign if it in answer.text], path
        if role in {Role.INSTITUTION_VIEWER, Role.RESEARCHER}:
            assert not _NAMED_BY_NOBODY.search(answer.text), path
    assert answered > 80


def asked_of(campus: Campus, role: Role) -> Iterator[tuple[str, str]]:
    """Every address with each course of the role, in both forms."""
    for address in reading(campus):
        courses = sorted(own(role)) if names_course(address) else COURSES[:1]
        if not address.path.startswith("/api/v1/audit"):  # it says what was asked for
            for course, form in product(courses, ("application/json, text/html", "text/csv")):
                yield path_of(address, course, campus), form


@pytest.mark.parametrize("role", [Role.COURSE_STAFF, Role.RESEARCHER])
def test_totals_are_those_of_ones_own_courses(whole: Campus, role: Role) -> None:
    """Aggregates by API, by the other API, by export and by page, against sums over the oracle's rows."""
    client = whole.client(role)
    course = GRANTED[role][0]
    expected = {
        item["course_id"]: item
        for item in whole.client(Role.ADMINISTRATOR).get("/api/v1/courses").json()["items"]
    }
    found = client.get("/api/v1/courses").json()["items"]
    assert [item["course_id"] for item in found] == [course]
    if role is Role.COURSE_STAFF:
        assert found == [expected[course]]
        _, rows = everything(whole)["course_meta_summary_enrollment"]
        totals = client.get("/api/v0/course_totals/").json()
        assert totals["count"] == sum(row["count"] for row in rows if row["course_id"] == course)
        segments = client.get(f"/api/v1/courses/{course}/segments").json()["items"]
        assert sum(item["learners"] for item in segments) == 14
    learners = client.get(f"/api/v1/courses/{course}/learners?limit=1000").json()
    assert learners["total"] == len(learners["items"]) == 14
    exported = client.get("/api/v1/datasets/person_course/rows?format=jsonl").text.splitlines()
    assert len(exported) == 14
    assert course in client.get("/").text
