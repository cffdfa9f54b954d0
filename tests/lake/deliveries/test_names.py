"""What a path says of a file of a data package: its format, its table, its course, its day."""

from datetime import date

import pytest

from studium.lake.deliveries import may_be_archive
from studium.lake.formats.courses.names import read_name
from studium.lake.formats.courses.packages import course_key, dashed
from studium.lake.reading.naming import is_encrypted

WEEK = "mitx-2014-05-11"
DAY = date(2014, 5, 11)
COURSE = "MITx-8.01x-2013_SOND"


@pytest.mark.parametrize(
    ("path", "kind", "table", "course", "day"),
    [
        (f"{WEEK}/{COURSE}-auth_user-prod-analytics.sql", "dump", "auth_user", COURSE, DAY),
        (f"{WEEK}/{COURSE}-auth_user-prod-edge-analytics.sql.gz", "dump", "auth_user", COURSE, DAY),
        (f"a/{COURSE}-auth_userprofile-edge.sql", "dump", "auth_userprofile", COURSE, None),
        (f"a/{COURSE}-wiki_article-prod-analytics.sql", "dump", "wiki_article", COURSE, None),
        (f"{WEEK}.zip!/in/A-B-c-d-user_id_map-prod.sql", "dump", "user_id_map", "A-B-c-d", DAY),
        ("A__B__C/2014-05-11/users.csv.gz", "dump", "auth_user", "A__B__C", DAY),
        (
            "A-B-C/2014-05-11/roleforum.csv",
            "dump",
            "django_comment_client_role_users",
            "A-B-C",
            DAY,
        ),
        ("A__B__C/2014-05-11/wiki_article.csv.gz", "dump", "wiki_article", "A__B__C", DAY),
        ("two-dashes-here/users.csv", "dump", "auth_user", None, None),
        (f"a/{COURSE}-course-prod-edx-replica.xml.tar.gz", "olx", None, COURSE, None),
        ("A__B__C/2014-05-11/course.xml.tar.gz", "olx", None, "A__B__C", DAY),
        ("course.x1.tar.gz", "olx", None, None, None),
        (f"{COURSE}-course_structure-prod-analytics.json", "course_structure", None, COURSE, None),
        (f"{WEEK}/{COURSE}-edge.mongo", "forum", None, COURSE, DAY),
        ("A__B__C/2014-05-11/forum.mongo.gz", "forum", None, "A__B__C", DAY),
        ("A-B-C-forum_comment-prod-analytics.sql", "forum", "forum_comment", "A-B-C", None),
        (
            *("A__B__C/from_edxinstructordash/grade_report.csv", "grade_report"),
            *("instructor_grade_report", "A__B__C", None),
        ),
        ("site-2014-05-11.sql.gz", "sql_dump", None, None, DAY),
        ("lists-2014-05-11/course_listings.csv", "dump", "course_listings", None, DAY),
        ("lists-2014-05-11/course_staff.csv", "dump", "course_staff", None, DAY),
        (
            *("A__B__C/2014-05-11/course_metainfo_overrides.csv", "dump"),
            *("course_metainfo_overrides", "A__B__C", DAY),
        ),
        ("x-2014-13-45/users.csv", "dump", "auth_user", None, None),
    ],
)
def test_a_path_says_what_a_file_is(
    path: str, kind: str, table: str | None, course: str | None, day: date | None
) -> None:
    named = read_name(path)
    assert named is not None
    found = (named.format, named.dataset, named.course_text, named.dump_date)
    assert found == (kind, table, course, day)


@pytest.mark.parametrize("path", ["notes.csv", "tracking.log-20140511.gz", "a/b.json", "week.zip"])
def test_other_files_are_none_of_a_package(path: str) -> None:
    assert read_name(path) is None


def test_the_longest_known_course_wins_where_a_table_is_unknown() -> None:
    courses = ("A-B-2T2017", "A-B-2T2017-x")
    named = read_name("A-B-2T2017-x-odd_table-foo.sql", courses)
    assert named is not None
    assert (named.course_text, named.dataset) == ("A-B-2T2017-x", "odd_table")


def test_archives_and_secrets_are_told_by_their_endings() -> None:
    assert may_be_archive("a/week-2014-05-11.tar.gz")
    assert not may_be_archive(f"{COURSE}-course-prod-analytics.xml.tar.gz")
    assert is_encrypted("a.sql.gpg")


@pytest.mark.parametrize(
    ("text", "known", "head", "key"),
    [
        ("A-B-C", [], b"", "course-v1:A+B+C"),
        ("A-B-C", ["A/B/C"], b"", "A/B/C"),
        ("A-B-C", ["course-v1:A+B+C", "A/B/C"], b"", "course-v1:A+B+C"),
        ("A-B-C", ["A/B/C"], b"id\tcourse_id\n1\tcourse-v1:A+B+C\n", "course-v1:A+B+C"),
        ("A-B-C", [], b"id,course_id\n1,A/B/C\n2,A/B/D\n3,A/B/D\n", "A/B/C"),
        ("A-x-B-C", ["course-v1:A-x+B+C"], b"", "course-v1:A-x+B+C"),
        ("A-x__B__C", [], b"", "course-v1:A-x+B+C"),
        ("A-B", [], b"", "A-B"),
    ],
)
def test_the_tables_say_the_key_then_what_is_known_then_a_guess(
    text: str, known: list[str], head: bytes, key: str
) -> None:
    assert course_key(text, known, [head]) == key


def test_a_key_without_organisation_number_and_run_has_no_dashed_name() -> None:
    assert dashed("library-v1:A+B") is None
    assert dashed("nonsense") is None
