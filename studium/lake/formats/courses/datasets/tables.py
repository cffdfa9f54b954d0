"""Tables of the platform's MySQL database, as an edX data package brings them.

Enters: nothing. Leaves: `TABLES`. Names are MySQL's own; what is personal is kept apart from the rest.
"""

from studium.vocabulary import (
    Dataset,
    derived,
    flag,
    number,
    optional,
    personal,
    text,
    time,
    whole,
)

# Columns that a question-and-answer forum of 2012 left in auth_user.
_FORUM_LEFTOVERS = (
    *("status", "email_key", "avatar_type", "country", "show_country", "date_of_birth"),
    *("interesting_tags", "ignored_tags", "email_tag_filter_strategy"),
    *("display_tag_filter_strategy", "consecutive_days_visit_count"),
)
_FLAG_KEY = ("content_type_id", "content_object_id", "user_id")
_FLAG_COLUMNS = (
    *optional(whole("id")),
    *whole("user_id", "content_type_id", "content_object_id"),
    *optional(time("flagged_at")),
)

TABLES = (
    Dataset(
        "auth_user",
        key=("id",),
        columns=(
            *whole("id"),
            *text("username"),
            *derived(text("email_domain")),
            *whole("is_staff", "is_active", "is_superuser"),
            *time("last_login", "date_joined"),
            *personal(text("email", "first_name", "last_name")),
            *optional(personal(text(*_FORUM_LEFTOVERS))),
        ),
        ignored=("password",),
    ),
    Dataset(
        "auth_userprofile",
        key=("user_id",),
        columns=(
            *optional(whole("id")),
            *whole("user_id"),
            *text("language", "courseware", "gender", "level_of_education"),
            *optional(whole("allow_certificate")),
            *text("country"),
            *personal(text("name", "location", "meta", "mailing_address", "goals", "city")),
            *optional(personal(text("bio"))),
            *personal(whole("year_of_birth")),
        ),
    ),
    Dataset(
        "student_courseenrollment",
        key=("user_id", "course_id"),
        columns=(
            *optional(whole("id")),
            *whole("user_id"),
            *text("course_id"),
            *time("created"),
            *optional(whole("is_active")),
            *optional(text("mode")),
        ),
    ),
    Dataset(
        "certificates_generatedcertificate",
        key=("user_id", "course_id"),
        columns=(
            *optional(whole("id")),
            *whole("user_id"),
            *text("course_id"),
            *number("grade"),
            *whole("distinction"),
            *text("status"),
            *optional(text("mode")),
            *time("created_date", "modified_date"),
            *optional(text("error_reason")),
            *personal(text("name", "key", "download_url")),
            *optional(personal(text("verify_uuid", "download_uuid"))),
        ),
    ),
    Dataset(
        "user_id_map",
        key=("id",),
        columns=(*whole("id"), *optional(text("username")), *text("hash_id")),
    ),
    Dataset(
        "courseware_studentmodule",
        key=("student_id", "module_id", "course_id"),
        columns=(
            *whole("id"),
            *text("module_type", "module_id"),
            *whole("student_id"),
            *text("state", "grade", "max_grade"),
            *time("created", "modified"),
            *optional(text("done")),
            *text("course_id"),
            *derived((*number("grade_value", "max_grade_value"), *whole("attempts"))),
            *derived(flag("is_state_readable")),
        ),
    ),
    Dataset(
        "courseware_studentmodule_items",
        key=("student_id", "module_id", "course_id", "answer_id"),
        columns=derived(
            (
                *whole("id", "student_id"),
                *text("module_id", "course_id", "answer_id", "response", "correctness"),
                *number("npoints"),
                *text("msg", "hint"),
                *whole("attempts"),
                *flag("is_done"),
            )
        ),
    ),
    Dataset(
        "student_courseaccessrole",
        key=("user_id", "course_id", "role"),
        columns=(
            *optional(whole("id")),
            *text("org", "course_id"),
            *whole("user_id"),
            *text("role"),
        ),
    ),
    Dataset(
        "django_comment_client_role_users",
        key=("user_id", "course_id", "name"),
        columns=(
            *optional(whole("id")),
            *text("course_id"),
            *whole("user_id"),
            *text("name"),
        ),
    ),
    Dataset(
        "grades_persistentcoursegrade",
        key=("user_id", "course_id"),
        columns=(
            *text("course_id"),
            *whole("user_id"),
            *text("grading_policy_hash"),
            *number("percent_grade"),
            *text("letter_grade"),
            *time("passed_timestamp", "created", "modified"),
        ),
        ignored=("id", "course_edited_timestamp", "course_version"),
    ),
    Dataset(
        "grades_persistentsubsectiongrade",
        key=("user_id", "course_id", "usage_key"),
        columns=(
            *text("course_id"),
            *whole("user_id"),
            *text("usage_key"),
            *number("earned_all", "possible_all", "earned_graded", "possible_graded"),
            *time("first_attempted", "created", "modified"),
        ),
        ignored=("id", "course_version", "subtree_edited_timestamp", "visible_blocks_hash"),
    ),
    Dataset(
        "user_api_usercoursetag",
        key=("user_id", "course_id", "key"),
        columns=(*whole("id", "user_id"), *text("key", "course_id", "value")),
    ),
    Dataset(
        "course_groups_courseusergroup",
        key=("id",),
        columns=(*whole("id"), *text("name", "course_id"), *optional(text("group_type"))),
    ),
    Dataset(
        "course_groups_courseusergroup_users",
        key=("courseusergroup_id", "user_id"),
        columns=(*optional(whole("id")), *whole("courseusergroup_id", "user_id")),
    ),
    # What the forum of newer platforms keeps apart from its posts; a content type says which table a number is of.
    Dataset(
        "forum_uservote",
        key=("content_type_id", "content_object_id", "user_id"),
        columns=(
            *optional(whole("id")),
            *whole("user_id", "content_type_id", "content_object_id", "vote"),
        ),
    ),
    Dataset("forum_abuseflagger", key=_FLAG_KEY, columns=_FLAG_COLUMNS),
    Dataset("forum_historicalabuseflagger", key=_FLAG_KEY, columns=_FLAG_COLUMNS),
    Dataset(
        "django_content_type",
        key=("id",),
        columns=(*whole("id"), *text("app_label", "model")),
    ),
)
