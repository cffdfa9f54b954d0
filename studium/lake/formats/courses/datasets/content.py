"""Datasets that come from a course's content and its forum.

Enters: nothing. Leaves: `OLX`, `STRUCTURE`, `FORUM`. Forum text is content, not directory data: it is not kept apart.
"""

from studium.vocabulary import (
    Dataset,
    derived,
    flag,
    number,
    text,
    time,
    whole,
)

OLX = (
    Dataset(
        "course_elements",
        description="One row per named element of a course export.",
        scope="course",
        scope_column="course_id",
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
        description="One row per element and tag of a course export.",
        scope="course",
        scope_column="course_id",
        key=("course_id", "element_index", "tag"),
        columns=(*text("course_id"), *whole("element_index"), *text("tag"), *whole("elements")),
    ),
    Dataset(
        "course_graders",
        description="One row per type of assignment of a course export.",
        scope="course",
        scope_column="course_id",
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
        description="One row per letter grade of a course export.",
        scope="course",
        scope_column="course_id",
        key=("course_id", "name"),
        columns=(*text("course_id", "name"), *number("cutoff")),
    ),
)

STRUCTURE = (
    Dataset(
        "course_structure_blocks",
        description="One row per block of a structure export.",
        scope="course",
        scope_column="course_id",
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
)

FORUM = (
    Dataset(
        "forum_documents",
        description="One row per post of a forum export.",
        scope="course",
        scope_column="course_id",
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
)
