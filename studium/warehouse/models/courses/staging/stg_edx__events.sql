with

duplicates as (
    select
        source_file,
        source_line
    from {{ source('lake', 'duplicates') }}
)

select
    events.event_id,
    events.event_date,
    cast(events.event_time as timestamp) as event_time,
    {{ browser_event_type('events.event_type') }} as event_type,
    events.event_type as logged_event_type,
    events.event_source,
    events.event_name,
    events.username,
    events.user_id,
    events.anonymous_id,
    events.session_id,
    nullif(trim(events.ip), '') as ip,
    events.user_agent,
    events.host,
    events.page,
    events.referer,
    events.accept_language,
    events.course_id,
    events.course_id_source,
    events.is_course_id_valid,
    events.org_id,
    events.module_id,
    events.module_category,
    events.is_module_id_valid,
    events.path,
    cast(events.received_at as timestamp) as received_at,
    events.video_id,
    events.video_code,
    events.video_duration,
    events.video_position,
    events.video_old_time,
    events.video_new_time,
    events.video_old_speed,
    events.video_new_speed,
    events.video_speed,
    events.problem_id,
    events.problem_success,
    events.problem_attempts,
    events.problem_grade,
    events.problem_max_grade,
    events.enrollment_course_id,
    events.enrollment_user_id,
    events.enrollment_mode,
    events.forum_id,
    events.forum_commentable_id,
    events.forum_thread_id,
    events.forum_target_username,
    events.link_target,
    events.link_current,
    events.payload_kind,
    events.payload,
    events.context,
    events.extra,
    events.source_file,
    events.source_line
from {{ source('lake', 'events') }} as events
-- A left join, not "not exists": a condition on event_date then reaches the files.
left join duplicates
    on
        events.source_file = duplicates.source_file
        and events.source_line = duplicates.source_line
where
    events.event_date >= date '{{ var("events_from") }}'
    and events.event_date < date '{{ var("as_of") }}'
    and duplicates.source_line is null
