"""Sizes that other rows repeat, of a course, a month, a problem: hidden by the rights of the models themselves.

Enters: rows of three datasets, as an institution viewer sees them. Leaves: no count under ten.
"""

from typing import Any

import pytest

from studium.serve.rights import Role
from tests.serve.api.conftest import publish_rich
from tests.serve.api.marts import CLASSIFIED, PROBLEM
from tests.serve.conftest import ONE, TWO, Campus, make_workspace, open_campus
from tests.serve.matrix.campus import models_of

FEW = f"""
    create or replace table marts.course_coenrollment as
    select * from (values
        ('{ONE}', '{TWO}', 3::bigint, 50::bigint, 4::bigint, 0.06), ('{ONE}', 'Uni/Old/2013', 20, 50, 30, 0.33)
    ) as rows (course_id, other_course_id, shared_learners, learners, other_learners, jaccard);
    create or replace table marts.subject_activity_monthly as
    select *, true as is_complete from (values
        (date '2024-01-01', '/math', 'Mathematics', 1::bigint, 30::bigint, 40::bigint, 75.0),
        (date '2024-01-01', '/art', 'Art', 1, 20, 40, 50.0),
        (date '2024-02-01', '/math', 'Mathematics', 1, 0, 6, 0.0)
    ) as rows (month, subject_id, subject_title, active_courses, active_learners, all_active_learners, active_percent);
    create or replace table marts.tags_distribution as
    select '{ONE}' as course_id, 'Uni' as org_id, * from (values
        ('{PROBLEM}', 'skill', 'a', 30::bigint, 20::bigint), ('{PROBLEM}', 'skill', 'b', 30, 20),
        ('few', 'skill', 'a', 4, 0), ('hard', 'skill', 'b', 40, 2), ('harder', 'skill', 'b', 40, 0)
    ) as rows (module_id, tag_name, tag_value, total_submissions, correct_submissions)
"""
NAMES = ("course_coenrollment", "subject_activity_monthly", "tags_distribution")
SHOWN = {
    "course_coenrollment": {
        (TWO, None, 50, None, None),
        ("Uni/Old/2013", 20, 50, 30, 0.33),
    },
    "subject_activity_monthly": {
        ("2024-01-01", 30, 40, 75.0),
        ("2024-01-01", 20, 40, 50.0),
        ("2024-02-01", 0, None, None),
    },
    "tags_distribution": {
        *((PROBLEM, 30, 20), ("few", None, None)),
        *(("hard", 40, None), ("harder", 40, 0)),
    },
}
COLUMNS = {
    "course_coenrollment": (
        *("other_course_id", "shared_learners", "learners", "other_learners"),
        "jaccard",
    ),
    "subject_activity_monthly": (
        *("month", "active_learners", "all_active_learners"),
        "active_percent",
    ),
    "tags_distribution": ("module_id", "total_submissions", "correct_submissions"),
}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    workspace = make_workspace(tmp_path_factory.mktemp("few") / "campus")
    known = {model.name: model.rights for model in models_of(workspace) if model.name in NAMES}
    assert sorted(known) == sorted(NAMES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.serve.api.conftest.CLASSIFIED", CLASSIFIED | known)
        publish_rich(workspace, FEW)
    return open_campus(workspace)


@pytest.mark.parametrize("name", NAMES)
def test_small_sizes_are_hidden_in_every_row(few: Campus, name: str) -> None:
    def seen(role: Role) -> set[tuple[Any, ...]]:
        path = f"/api/v1/datasets/{name}/rows?format=json"
        rows = few.client(role).get(path).json()
        return {tuple(row[column] for column in COLUMNS[name]) for row in rows}

    assert not [row for row in seen(Role.ADMINISTRATOR) if None in row]
    assert seen(Role.INSTITUTION_VIEWER) == SHOWN[name]


def test_addresses_of_the_api_hide_them_too(few: Campus) -> None:
    viewer, analyst = few.client(Role.INSTITUTION_VIEWER), few.client(Role.ANALYST)
    path = f"/api/v0/courses/{ONE}/problems_and_tags/"
    found = {it["module_id"]: it for it in viewer.get(path).json()}
    numbers = {
        key: (it["total_submissions"], it["correct_submissions"]) for key, it in found.items()
    }
    assert numbers == {
        PROBLEM: (30, 20),
        "few": (None, None),
        "hard": (40, None),
        "harder": (40, 0),
    }
    assert found["few"]["tags"] == {"skill": ["a"]}
    known = {it["module_id"]: it["total_submissions"] for it in analyst.get(path).json()}
    assert known["few"] == 4
    pairs = {it["other_course_id"]: it for it in viewer.get("/api/v1/network").json()["items"]}
    assert (pairs[TWO]["learners"], pairs[TWO]["other_learners"]) == (50, None)
