"""Packages that people really have, from landing to release: each is told or counted, none breaks what is published.

Enters: hand-made packages of two courses that no setting names. Leaves: releases made by studium.pipeline.
"""

import tarfile
from pathlib import Path

import duckdb
import pytest

from studium.errors import MisuseError
from studium.lake import packages
from studium.pipeline import Job, build, land, publish
from studium.progress import Silent
from studium.publish import Package, current_release, package_scope, query
from studium.vocabulary import Scope
from tests.lake.deliveries.deliveries import (
    COURSE,
    enrollments,
    lines,
    package,
    users,
    write_folder,
    write_tar,
)
from tests.test_truth import new_job

EMPTY = "course-v1:A+B+C"
GRADES = "MITx-6.002x-2T2017-grades_persistentcoursegrade-prod-analytics.sql"
FORUM = "MITx-6.002x-2T2017-prod.mongo"
CONTENT = "MITx-6.002x-2T2017-course-prod-analytics.xml.tar.gz"
LEARNERS = "select user_id, username, grade, certified, completed from person_course order by all"
LOG = b'{"time":"2017-09-01T10:00:00Z","event_type":"page_close","username":"user1"}\n'

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A release of two courses: one with everything odd, one without learners."""
    folder = tmp_path_factory.mktemp("odd")
    week = write_folder(folder / "mitx-2017-09-03", _odd_package(folder))
    (week / "tracking.log").write_bytes(LOG)
    job = new_job(folder / "campus")
    land(job, [week])
    build(job)
    assert publish(job).release
    return job


def test_courses_that_no_setting_names_are_packages(job: Job) -> None:
    assert job.workspace.settings.landing.courses == []
    courses = [found.scope_id for found in packages(job.workspace)]
    assert courses == [None, EMPTY, COURSE]  # a list of courses belongs to none


def test_grades_without_certificates_are_grades_of_nobody_certified(job: Job) -> None:
    found = _rows(job, "select course_id, user_id, percent_grade from grades_persistent")
    assert found == [(COURSE, 1, 0.8)]
    assert _rows(job, LEARNERS) == [(1, "user1", None, False, False)]


def test_users_without_a_name_are_in_the_directory_alone(job: Job) -> None:
    """As published: a name is the key of person_course."""
    with duckdb.connect(str(job.workspace.warehouse), read_only=True) as connection:
        directory = "select user_id, username from personal.user_info_combo order by user_id"
        assert connection.execute(directory).fetchall() == [(1, "user1"), (2, None)]


def test_a_course_without_learners_breaks_nothing(job: Job, tmp_path: Path) -> None:
    with duckdb.connect(str(job.workspace.warehouse), read_only=True) as connection:
        counts = "select count(*) from lake.student_courseenrollment where scope_id = $1"
        assert connection.execute(counts, [EMPTY]).fetchone() == (0,)
    assert _rows(job, f"from person_course where course_id = '{EMPTY}'") == []
    with pytest.raises(MisuseError, match="There is no course"):
        package_scope(job.workspace, Package(Scope("course", EMPTY)), tmp_path / "p.zip", Silent())


def test_faults_of_content_and_forum_are_told_and_cost_themselves(job: Job) -> None:
    found = next(found for found in packages(job.workspace) if found.scope_id == COURSE)
    assert found.quarantined == 2  # a chapter without its file, a line of the forum
    assert any("weights" in note for note in found.notes)
    assert _rows(job, "select mongoid from forum") == [("f1",)]
    names = "select category, url_name from course_axis where category = 'chapter' order by 2"
    assert _rows(job, names) == [("chapter", "lost"), ("chapter", "there")]
    assert _rows(job, "select sum(fraction_of_overall_grade) from grading_policy") == [(0.7,)]


def test_a_list_of_courses_names_them_as_published(job: Job) -> None:
    """The list says Org/Number/Run for a newer key; what people set wins over what was counted."""
    wanted = "'listings_Title', 'listings_Course_Wrap', 'course_length_days', 'count_chapter'"
    found = (
        f"select key, value from course_metainfo where course_id = '{COURSE}' and key in ({wanted})"
    )
    assert _rows(job, f"{found} order by 1") == [
        ("count_chapter", "12"),
        ("course_length_days", "21"),
        ("listings_Course_Wrap", "2017-09-22"),
        ("listings_Title", "Circuits"),
    ]
    wrap = "select course_id, cast(wrap_date as varchar) from nregistered_by_wrap"
    assert _rows(job, wrap) == [(COURSE, "2017-09-22 23:59:59")]
    late = "select nregistered_by_wrap, nviewed_by_wrap, nviewed_by_ewrap from stats_cert_rates_by_registration"
    assert _rows(job, late) == [(1, 0, 0)]


def test_an_older_dump_and_a_torn_archive_leave_the_tables_alone(job: Job, tmp_path: Path) -> None:
    before = _tables(job)
    land(job, [write_folder(tmp_path / "mitx-2017-08-27", package(7, 8))])
    assert build(job).models == ()
    publish(job)
    assert _tables(job) == before

    whole = write_tar(tmp_path / "whole" / "mitx-2017-08-20.tar.gz", package(9))
    torn = tmp_path / "mitx-2017-08-20.tar.gz"
    torn.write_bytes(whole.read_bytes()[:-40])
    with tarfile.open(whole) as archive:
        assert len(archive.getnames()) == 4
    land(job, [torn])
    build(job)
    publish(job)
    assert _tables(job) == before


def test_of_two_packages_of_one_week_the_later_counts(job: Job, tmp_path: Path) -> None:
    land(job, [write_folder(tmp_path / "mitx-2017-09-05", package(1, 3))])
    build(job)
    publish(job)
    assert [row[:2] for row in _rows(job, LEARNERS)] == [(1, "user1"), (3, "user3")]
    dates = [found.dump_date for found in packages(job.workspace) if found.scope_id == COURSE]
    assert dates[-2:] == ["2017-09-03", "2017-09-05"]


def _odd_package(folder: Path) -> dict[str, bytes]:
    files = package(1, dashed="MITx-6.002x-2T2017")
    nameless = users(2).split(b"\n")[1].replace(b"user2", rb"\N") + b"\n"
    files["MITx-6.002x-2T2017-auth_user-prod-analytics.sql"] += nameless
    files["MITx-6.002x-2T2017-student_courseenrollment-prod-analytics.sql"] = enrollments(1, 2)
    header = ("course_id", "user_id", "grading_policy_hash", "percent_grade", "letter_grade")
    more = ("passed_timestamp", "created", "modified")
    time = "2017-09-01 10:00:00"
    files[GRADES] = lines((*header, *more), (COURSE, 1, "h", 0.8, "Pass", time, time, time))
    files[FORUM] = b'{"_id":"f1","_type":"CommentThread","author_id":"1","body":"x"}\n{"_id":\n'
    files[CONTENT] = write_tar(folder / "content.tar.gz", _content()).read_bytes()
    files["course_listings.csv"] = (
        b"course_id,Title,Course Launch,Course Wrap,Empirical Course Wrap\n"
        b"MITx/6.002x/2T2017,Circuits,9/1/2017,9/22/2017,7/31/2017\n"
    )
    files["course_metainfo_overrides.csv"] = (
        f"course_id,key,value\n{COURSE},count_chapter,12\n".encode()
    )
    return files | {
        "A-B-C-auth_user-prod-analytics.sql": users(),
        "A-B-C-student_courseenrollment-prod-analytics.sql": enrollments(course=EMPTY),
    }


def _content() -> dict[str, bytes]:
    policy = b'{"GRADER": [{"type": "Homework", "weight": 0.7, "min_count": 1, "drop_count": 0}],'
    return {
        "course/course.xml": b'<course url_name="2T2017" org="MITx" course="6.002x"/>',
        "course/course/2T2017.xml": (
            b'<course><chapter url_name="there"/><chapter url_name="lost"/></course>'
        ),
        "course/chapter/there.xml": b'<chapter display_name="There"/>',
        "course/policies/2T2017/grading_policy.json": policy + b'"GRADE_CUTOFFS": {"Pass": 0.6}}',
        "course/policies/2T2017/policy.json": b'{"course/2T2017": {}}',
    }


def _rows(job: Job, sql: str) -> list[tuple[object, ...]]:
    with query(job.workspace, sql) as answer:
        return list(answer.rows())


def _tables(job: Job) -> list[tuple[str, int, str]]:
    """What the current release says; its list of inputs names files that do not count, too."""
    release = current_release(job.workspace)
    assert release is not None
    tables = release.manifest.tables
    return [(table.name, table.rows, table.checksum) for table in tables]
