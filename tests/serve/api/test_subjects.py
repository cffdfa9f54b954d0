"""Subjects over the API and on their page: the same numbers, by month, beside each other, as rates."""

from typing import Any

import pytest

from studium.serve.rights import Role
from tests.serve.conftest import Campus


def items(rich: Campus, path: str, role: Role = Role.INSTITUTION_VIEWER) -> list[dict[str, Any]]:
    answer = rich.client(role).get(f"/api/v1/{path}")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_rates_are_those_of_the_release(rich: Campus) -> None:
    (math,) = items(rich, "subjects")
    assert (math["registrations"], math["verified_registrations"], math["certificates"]) == (
        66,
        22,
        19,
    )
    assert (math["verified_percent"], math["verified_certificate_percent"]) == (33.3, 81.8)


def test_engagement_is_by_learner_and_beside_all_subjects(rich: Campus) -> None:
    """Mathematics: 140 attempts of 40 learners; art: 10 of 10. All: 150 of 50, so 3 by learner."""
    math, art = items(rich, "subjects/engagement")
    assert (math["subject_id"], math["problem_attempts_per_learner"]) == ("math", 3.5)
    assert math["problem_attempts_times_mean"] == pytest.approx(3.5 / 3)
    assert (art["learner_months"], art["forum_posts"]) == (10, 31), (
        "a hidden month is left out whole"
    )
    assert art["forum_posts_times_mean"] == pytest.approx(3.1 / 0.7)


def test_months_are_of_one_subject_when_asked(rich: Campus) -> None:
    (month,) = items(rich, "subjects/months?subject_id=math")
    assert (month["month"], month["active_learners"], month["active_percent"]) == (
        "2024-02-01",
        40,
        100,
    )
    assert items(rich, "subjects/months?subject_id=none") == []


def test_the_page_has_a_plot_of_each_and_says_what_it_shows(rich: Campus) -> None:
    client = rich.client(Role.INSTITUTION_VIEWER)
    text = client.get("/subjects", headers={"Accept": "text/html"}).text
    for name in ("subject_activity", "subject_rates", "subject_engagement"):
        assert f'id="{name}-data"' in text
        assert client.get(f"/subjects?csv={name}").text.count("\n") >= 2
    assert "Most problem attempts in Mathematics" in text
    assert "most forum posts in Art" in text
    assert "Of the learners active in February 2024, 100.0 % were so in Mathematics" in text


@pytest.mark.parametrize("role", [Role.COURSE_STAFF, Role.RESEARCHER])
def test_others_see_no_subjects(role: Role, rich: Campus) -> None:
    for path in ("/api/v1/subjects", "/api/v1/subjects/engagement", "/subjects"):
        assert rich.client(role).get(path).status_code in {403, 404}
