with

duplicates as (
    select
        event_id,
        source_file,
        source_line
    from {{ source('lake', 'duplicates') }}
)

select
    event_id,
    event_date,
    cast(event_time as timestamp) as event_time,
    {{ browser_event_type('event_type') }} as event_type,
    event_type as logged_event_type,
    event_source,
    event_name,
    username,
    user_id,
    anonymous_id,
    session_id,
    ip,
    user_agent,
    host,
    page,
    referer,
    accept_language,
    course_id,
    course_id_source,
    is_course_id_valid,
    org_id,
    module_id,
    module_category,
    is_module_id_valid,
    path,
    cast(received_at as timestamp) as received_at,
    video_id,
    video_code,
    video_duration,
    video_position,
    video_old_time,
    video_new_time,
    video_old_speed,
    video_new_speed,
    video_speed,
    problem_id,
    problem_success,
    problem_attempts,
    problem_grade,
    problem_max_grade,
    enrollment_course_id,
    enrollment_user_id,
    enrollment_mode,
    forum_id,
    forum_commentable_id,
    forum_thread_id,
    forum_target_username,
    link_target,
    link_current,
    payload_kind,
    payload,
    context,
    extra,
    source_file,
    source_line
from {{ source('lake', 'events') }} as events
where
    event_date >= date '{{ var("events_from") }}'
    and event_date < date '{{ var("as_of") }}'
    and not exists (
        select 1
        from duplicates
        where
            duplicates.source_file = events.source_file
            and duplicates.source_line = events.source_line
            and duplicates.event_id = events.event_id
    )
