"""Retention over the API: of one course, of all courses, and not of hidden weeks."""

import pytest

from studium.serve.rights import Role
from tests.serve.api.test_subjects import items
from tests.serve.conftest import ONE, TWO, Campus

JANUARY = "2024-01-01"


def test_a_course_tells_who_came_back_by_week(rich: Campus) -> None:
    assert items(rich, f"courses/{ONE}/retention", Role.COURSE_STAFF) == [
        {"cohort_month": JANUARY, "week_number": 0, "learners": 40, "active_learners": 30},
        {"cohort_month": JANUARY, "week_number": 1, "learners": 40, "active_learners": 12},
    ]


def test_of_all_courses_a_hidden_week_is_left_out_whole(rich: Campus) -> None:
    first, second = items(rich, "retention")
    assert (first["learners"], first["active_learners"]) == (66, 43)
    assert (second["learners"], second["active_learners"]) == (40, 12), (
        "26 learners of an unknown share would look like none"
    )


def test_the_page_shows_the_same_shares(rich: Campus) -> None:
    text = rich.client(Role.INSTITUTION_VIEWER).get("/retention?csv=retention").text
    assert "January 2024,0,66,43,0.65" in text


@pytest.mark.parametrize(
    ("path", "status"), [("retention", 403), (f"courses/{TWO}/retention", 404)]
)
def test_course_staff_see_their_courses_alone(path: str, status: int, rich: Campus) -> None:
    assert rich.client(Role.COURSE_STAFF).get(f"/api/v1/{path}").status_code == status
