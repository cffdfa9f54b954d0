"""Tables that no database has: reports of the instructor dashboard, lists that people keep, publications.

Enters: nothing. Leaves: `LISTS`.
"""

from studium.vocabulary import (
    Dataset,
    day,
    number,
    optional,
    personal,
    text,
    time,
    whole,
)

LISTS = (
    Dataset(
        "instructor_grade_report",
        description="One row per line of a grade report from the instructor's dashboard.",
        scope="course",
        scope_column="course_id",
        key=("user_id", "course_id"),
        columns=(
            *whole("user_id"),
            *text("course_id"),
            *number("grade"),
            *optional(time("grade_timestamp")),
        ),
        aliases=(
            ("Student ID", "user_id"),
            ("Grade", "grade"),
            ("Grade_timestamp", "grade_timestamp"),
        ),
        takes_others=False,  # names, emails and a column for each assignment
    ),
    # A list of courses as people keep it, dates as M/D/YYYY or ISO; instructors are left out.
    Dataset(
        "course_listings",
        names=("course_listings",),
        description="One row per line of a list of courses.",
        scope="course",
        scope_column="course_id",
        key=("course_id",),
        columns=(
            *text("course_id"),
            *optional(text("institution", "semester", "new_or_rerun", "course_number")),
            *optional(text("short_title", "title")),
            *optional(
                day("registration_open", "course_launch", "course_wrap", "empirical_course_wrap")
            ),
        ),
        aliases=(
            ("Institution", "institution"),
            ("Semester", "semester"),
            ("New or Rerun", "new_or_rerun"),
            ("Course Number", "course_number"),
            ("Short Title", "short_title"),
            ("Title", "title"),
            ("Registration Open", "registration_open"),
            ("Course Launch", "course_launch"),
            ("Course Wrap", "course_wrap"),
            ("Empirical Course Wrap", "empirical_course_wrap"),
        ),
        takes_others=False,
    ),
    # Who teaches or runs a course, as people keep it.
    Dataset(
        "course_staff",
        names=("course_staff",),
        description="One row per line of a list of the people of courses.",
        scope="course",
        scope_column="course_id",
        key=("course_id", "username", "role"),
        columns=(*text("course_id", "username"), *personal(text("name")), *text("role")),
        takes_others=False,
    ),
    Dataset(
        "course_metainfo_overrides",
        names=("course_metainfo_overrides",),
        description="One row per line of values that people set in place of those counted.",
        scope="course",
        scope_column="course_id",
        key=("course_id", "key"),
        columns=text("course_id", "key", "value"),
    ),
    # The person-course that HarvardX and MITx published, with its own column names; dates are M/D/YY.
    Dataset(
        "person_course_published",
        names=(r"(?i:HM?XPC\d\d_DI(?:_.*)?|person_course_published(?:-.*)?)",),
        description="One row per line of a published, de-identified person-course.",
        scope="course",
        scope_column="course_id",
        key=("course_id", "userid_DI"),
        columns=(
            *text("course_id", "userid_DI"),
            *whole("registered", "viewed", "explored", "certified"),
            *text("final_cc_cname_DI", "LoE_DI"),
            *whole("YoB"),
            *text("gender"),
            *number("grade"),
            *day("start_time_DI", "last_event_DI"),
            *whole("nevents", "ndays_act", "nplay_video", "nchapters", "nforum_posts"),
            *optional((*text("roles"), *whole("incomplete_flag"))),
        ),
    ),
)
