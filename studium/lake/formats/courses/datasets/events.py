"""The events of tracking logs, as the lake keeps them: one dataset, in the order of its columns on disk.

Enters: nothing. Leaves: `EVENTS`. Which field of a logged line becomes which column stands in tracking_log/fields.py.
"""

from studium.vocabulary import Dataset, flag, number, text, time, whole

EVENTS = Dataset(
    "events",
    key=("event_id",),
    columns=(
        *text("event_id"),
        *time("event_time"),
        *text("event_type", "event_source", "event_name", "username"),
        *whole("user_id"),
        *text("anonymous_id", "session_id", "ip", "user_agent", "host", "page", "referer"),
        *text("accept_language", "course_id", "course_id_source"),
        *flag("is_course_id_valid"),
        *text("org_id", "module_id", "module_category"),
        *flag("is_module_id_valid"),
        *text("path"),
        *time("received_at"),
        *text("video_id", "video_code"),
        *number("video_duration", "video_position", "video_old_time", "video_new_time"),
        *number("video_old_speed", "video_new_speed", "video_speed"),
        *text("problem_id", "problem_success"),
        *whole("problem_attempts"),
        *number("problem_grade", "problem_max_grade"),
        *text("enrollment_course_id"),
        *whole("enrollment_user_id"),
        *text("enrollment_mode", "forum_id", "forum_commentable_id", "forum_thread_id"),
        *text("forum_target_username", "link_target", "link_current"),
        *text("payload_kind", "payload", "context", "extra", "source_file"),
        *whole("source_line", "source_part"),
    ),
    description="One row per event of tracking logs, which is a line or one of the objects on it, duplicates included.",
    scope="course",
    keeps="every_file",
    by_time="event_time",
    naming=(("course", "course_id"), ("course", "enrollment_course_id")),
)
