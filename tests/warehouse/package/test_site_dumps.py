"""Dumps of the whole site tell of each account in the courses that it is in: enrolled, or with a certificate.

Enters: three accounts, one enrolled, one with a certificate alone, one in no course.
"""

from pathlib import Path

import pytest

from studium.progress import Silent
from studium.warehouse import Contents, Interval, build, open_warehouse
from tests.warehouse.package.deliveries import write_package
from tests.warehouse.warehouses import new_workspace

COURSE = "course-v1:Uni+One+1"
DAY = "2024-03-01"
FILES = {
    "auth_user": [
        "id,username,scope_id,dump_date",
        *(f"{number},{name},,{DAY}" for number, name in enumerate(("amy", "bob", "cy"), 1)),
    ],
    "auth_userprofile": [
        "user_id,gender,level_of_education,scope_id,dump_date",
        *(f"{number},f,b,,{DAY}" for number in (1, 2, 3)),
    ],
    "student_courseenrollment": [
        "user_id,course_id,created,is_active,mode,scope_id,dump_date",
        f"1,{COURSE},2024-01-01 00:00:00,1,honor,,{DAY}",
    ],
    "certificates_generatedcertificate": [
        "user_id,course_id,status,grade,mode,scope_id,dump_date",
        f"2,{COURSE},downloadable,0.9,honor,,{DAY}",
    ],
}


@pytest.mark.parametrize("compat", [False, True])
def test_an_account_with_a_certificate_alone_is_a_person_of_the_course(
    compat: bool, tmp_path: Path
) -> None:
    for name, lines in FILES.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n")
    dumps = write_package(tmp_path, tmp_path / "lake")
    workspace = new_workspace(tmp_path)

    build(workspace, Interval(compat=compat), Silent(), contents=Contents([], dumps))

    with open_warehouse(workspace) as connection:
        persons = connection.execute(
            "select course_id, user_id, username, gender, registered, certified"
            " from marts.person_course order by user_id"
        ).fetchall()
    assert persons == [(COURSE, 1, "amy", "f", True, False), (COURSE, 2, "bob", "f", True, True)]
