"""A mode that nobody has any more: 0 on the last day of the course, and its loss belongs to the week.

Enters: a course in which 12 verified learners change to audit, and then 11 learners of audit leave.
"""

import csv
import io
from collections.abc import Callable

import pytest

from studium.serve.rights import Role
from studium.vocabulary import Belonging, Groups, Rights
from tests.serve.conftest import CLASSIFIED, ONE, Campus

MODES = f"""
    create table marts.course_enrollment_mode_daily as
    select '{ONE}' as course_id, * from (values
        (date '2024-02-24', 'audit', 30::bigint, 30::bigint), (date '2024-02-24', 'verified', 12, 12),
        (date '2024-03-01', 'audit', 42, 42), (date '2024-03-02', 'audit', 31, 42)
    ) as rows (date, mode, count, cumulative_count)
"""
# What the model has of it, by its own example.
SUMMARY = f"""
    create table marts.course_meta_summary_enrollment as
    select '{ONE}' as course_id, *, 0::bigint as passing_users from (values
        ('audit', 31::bigint, 1::bigint, 42::bigint), ('verified', 0, -12, 0)
    ) as rows (enrollment_mode, count, count_change_7_days, cumulative_count)
"""


@pytest.fixture(params=[MODES, f"{MODES}; {SUMMARY}"], ids=["by day", "with the summary"])
def emptied(
    own_campus: Campus,
    change: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Campus:
    def of(*within: str, changes: dict[str, str] | None = None) -> Rights:
        groups = Groups(list(within), ["count", "cumulative_count"], changes=changes or {})
        return Rights(level="course", scope=Belonging("course", "course_id"), groups=groups)

    monkeypatch.setitem(CLASSIFIED, "course_enrollment_mode_daily", of("course_id", "date"))
    if "summary" in request.param:
        name, changes = "course_meta_summary_enrollment", {"count_change_7_days": "count"}
        monkeypatch.setitem(CLASSIFIED, name, of("course_id", changes=changes))
    change(request.param)
    return own_campus


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.INSTITUTION_VIEWER])
def test_nobody_is_verified_on_the_last_day(emptied: Campus, role: Role) -> None:
    client = emptied.client(role)
    assert client.get(f"/api/v1/courses/{ONE}").json()["verified"] == 0
    (listed,) = [it for it in client.get("/api/v1/courses").json()["items"] if it["verified"] == 0]
    assert listed["course_id"] == ONE
    totals = client.get("/api/v0/course_totals/").json()
    assert (totals["count"], totals["verified_enrollment"]) == (31, 0)
    page = emptied.browser(role).get(f"/courses/{ONE}/enrollment").text
    assert "Now: audit 31, verified 0." in page


def test_the_loss_is_in_the_change_of_the_course(emptied: Campus) -> None:
    (course,) = emptied.client(Role.ADMINISTRATOR).get("/api/v0/course_summaries/").json()
    assert (course["count"], course["count_change_7_days"]) == (31, -11)
    assert course["cumulative_count"] == 42
    modes = course["enrollment_modes"]
    assert (modes["audit"]["count"], modes["audit"]["count_change_7_days"]) == (31, 1)
    verified = modes["verified"]
    assert (verified["count"], verified["cumulative_count"]) == (0, 0)
    assert verified["count_change_7_days"] == -12


def test_the_list_of_courses_says_it_too(emptied: Campus) -> None:
    text = emptied.browser(Role.ADMINISTRATOR).get("/?csv=courses").text
    (course,) = [row for row in csv.DictReader(io.StringIO(text)) if row["verified"] == "0"]
    assert ONE in course.values()
