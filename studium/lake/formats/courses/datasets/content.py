"""Datasets that come from a course's content, its forum, its instructor dashboard, or from publications.

Enters: nothing. Leaves: `CONTENT`. Forum text is content, not directory data: it is not kept apart.
"""

from studium.vocabulary import (
    Dataset,
    day,
    derived,
    flag,
    number,
    optional,
    personal,
    text,
    time,
    whole,
)

CONTENT = (
    Dataset(
        "instructor_grade_report",
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
    Dataset(
        "course_elements",
        key=("course_id", "index"),
        columns=(
            *text("course_id"),
            *whole("index"),
            *text("category", "url_name", "name", "gformat"),
            *time("due", "start"),
            *text("module_id", "usage_key", "path", "ytid"),
            *number("weight"),
            *text("group_id_to_child", "user_partition_id", "itype"),
            *whole("num_items"),
            *flag("has_solution", "has_image"),
            *text("chapter_mid", "graded", "parent"),
            *flag("is_split"),
            *text("split_url_name"),
            *number("video_duration"),
            *flag("is_staff_only"),
            *text("showanswer"),
            *whole("last_index"),
            *flag("has_random_script"),
        ),
    ),
    Dataset(
        "course_tag_counts",
        key=("course_id", "element_index", "tag"),
        columns=(*text("course_id"), *whole("element_index"), *text("tag"), *whole("elements")),
    ),
    Dataset(
        "course_graders",
        key=("course_id", "position"),
        columns=(
            *text("course_id"),
            *whole("position"),
            *text("assignment_type", "name"),
            *number("weight"),
            *text("short_label"),
            *whole("min_count", "drop_count"),
            *text("other"),
        ),
    ),
    Dataset(
        "course_grade_cutoffs",
        key=("course_id", "name"),
        columns=(*text("course_id", "name"), *number("cutoff")),
    ),
    Dataset(
        "course_structure_blocks",
        key=("course_id", "block_id"),
        columns=(
            *text("course_id", "block_id", "category", "parent_block_id"),
            *whole("position", "depth"),
            *text("display_name"),
            *whole("children"),
            *time("start", "due"),
            *text("graded", "format", "metadata"),
            *derived(whole("outline_index")),
            *derived(flag("is_root")),
            *derived(text("outline_names", "ancestors", "parents", "missing_children")),
        ),
    ),
    Dataset(
        "forum_documents",
        key=("mongoid",),
        columns=(
            *text("mongoid"),
            *whole("author_id"),
            *text("author_username"),
            *time("created_at", "updated_at", "last_activity_at"),
            *text("type", "course_id", "comment_thread_id", "parent_id", "parent_ids", "title"),
            *text("thread_type", "commentable_id"),
            *flag("anonymous", "anonymous_to_peers", "endorsed", "closed", "pinned", "visible"),
            *text("endorsement_user_id"),
            *time("endorsement_time"),
            *whole("votes_count", "votes_point", "votes_up_count", "votes_down_count"),
            *text("votes_up", "votes_down", "abuse_flaggers", "historical_abuse_flaggers"),
            *text("at_position_list", "sk"),
            *whole("child_count", "comment_count", "group_id"),
            *text("tags_array", "body"),
        ),
    ),
    # A list of courses as people keep it, dates as M/D/YYYY or ISO; instructors are left out.
    Dataset(
        "course_listings",
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
        key=("course_id", "username", "role"),
        columns=(*text("course_id", "username"), *personal(text("name")), *text("role")),
        takes_others=False,
    ),
    Dataset(
        "course_metainfo_overrides",
        key=("course_id", "key"),
        columns=text("course_id", "key", "value"),
    ),
    # The person-course that HarvardX and MITx published, with its own column names; dates are M/D/YY.
    Dataset(
        "person_course_published",
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
