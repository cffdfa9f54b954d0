"""The MySQL tables of each course as edX delivers them: text between tabs, gzip, named by course and table.

Enters: the tables of learners.py. Leaves: a folder of one day with the files of each course.
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from benchmarks.packages.content import dashed, write_content

STATE = """
    case
        when category = 'problem' then
            '{"attempts": ' || attempts || ', "seed": 1, "done": true, "student_answers": {"' || name
            || '_2_1": "choice_' || attempts || '"}, "correct_map": {"' || name
            || '_2_1": {"correctness": "' || if(is_right, 'correct', 'incorrect')
            || '", "npoints": null, "msg": "", "hint": ""}}}'
        when category = 'video' then '{"saved_video_position": "00:01:00"}'
        else '{"position": 1}'
    end
"""
PEOPLE = "from (select distinct user_id, enrolled from registrants where course = $course)"
# Table -> query; every one has the columns that the platform writes.
TABLES = {
    "auth_user": f"""
        select user_id as id, 'user' || user_id as username, 'First' as first_name,
            'Last' as last_name, 'user' || user_id || '@example.org' as email, 'x' as password,
            0 as is_staff, 1 as is_active, 0 as is_superuser,
            enrolled as last_login, enrolled as date_joined {PEOPLE}
    """,
    "auth_userprofile": f"""
        select user_id as id, user_id, 'A Name' as name, 'en' as language, '' as location, '' as meta,
            'course.xml' as courseware, ['m', 'f', 'o'][1 + user_id % 3] as gender,
            '' as mailing_address, 1950 + user_id % 55 as year_of_birth,
            ['p', 'm', 'b', 'hs'][1 + user_id % 4] as level_of_education, '' as goals,
            1 as allow_certificate, ['US', 'IN', 'DE', 'BR', 'NG'][1 + user_id % 5] as country,
            '' as city {PEOPLE}
    """,
    "student_courseenrollment": """
        select user_id as id, user_id, course_key as course_id, enrolled as created,
            if(user_id % 11 = 0, 0, 1) as is_active,
            if(user_id % 20 = 0, 'verified', 'audit') as mode
        from registrants where course = $course
    """,
    "certificates_generatedcertificate": """
        select user_id as id, user_id, course_key as course_id, visits / 132 as grade,
            'A Name' as name, 0 as distinction, 'key' || user_id as "key", '' as download_url,
            if(visits > 66, 'downloadable', 'notpassing') as status, 'honor' as mode,
            enrolled as created_date, enrolled as modified_date, '' as error_reason
        from registrants where course = $course and visits > 0
    """,
    "user_id_map": f"""
        select user_id as id, 'user' || user_id as username, md5(user_id::varchar) as hash_id {PEOPLE}
    """,
    "courseware_studentmodule": f"""
        select id, category as module_type, module_id, user_id as student_id, {STATE} as state,
            if(category = 'problem', if(is_right, 1, 0), null) as grade, visited as created,
            visited as modified, if(category = 'problem', 1, null) as max_grade, 'na' as done,
            course_key as course_id
        from visits where course = $course
    """,
    "student_courseaccessrole": """
        select user_id as id, 'BenchX' as org, course_key as course_id, user_id, 'staff' as role
        from registrants where course = $course and user_id % 1000 = 0
    """,
    "django_comment_client_role_users": """
        select user_id as id, course_key as course_id, user_id, 'Student' as name
        from registrants where course = $course
    """,
    "grades_persistentcoursegrade": """
        select course_key as course_id, user_id, 'hash' as grading_policy_hash,
            visits / 132 as percent_grade, if(visits > 66, 'Pass', '') as letter_grade,
            null as passed_timestamp, enrolled as created, enrolled as modified
        from registrants where course = $course and visits > 0
    """,
}


def write_dumps(
    connection: duckdb.DuckDBPyConnection, folder: Path, courses: Iterable[int]
) -> list[Path]:
    """Write the packages of `courses` into `folder`, whose name ends with the day."""
    folder.mkdir(parents=True)
    for course in courses:
        for table, query in TABLES.items():
            path = folder / f"{dashed(course)}-{table}-prod-analytics.sql.gz"
            write_lines(connection, query.replace("$course", str(course)), path, "header true")
        write_content(folder / f"{dashed(course)}-course-prod-analytics.xml.tar.gz", course)
    return sorted(folder.iterdir())


def write_lines(
    connection: duckdb.DuckDBPyConnection, query: str, path: Path, more: str = "header false"
) -> None:
    """The rows of a query as lines between tabs, without any quotes."""
    connection.execute(
        f"copy ({query}) to '{path}' (format csv, delimiter '\t', quote '', escape '', "
        f"nullstr 'NULL', compression gzip, timestampformat '%Y-%m-%d %H:%M:%S', {more})"
    )
