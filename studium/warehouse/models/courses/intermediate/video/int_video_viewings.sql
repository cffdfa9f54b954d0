{{ config(materialized='by_person', person=['course_id', 'username']) }}

with

events as (
    select
        course_id,
        username,
        video_id,
        event_time,
        event_type,
        position,
        target_position,
        duration
    from {{ ref('int_video_events') }} as video_events  -- noqa: AL05
    where {{ is_touched_learner('video_events') }}
),

with_next_event as (
    select
        *,
        lead(event_time) over in_order as next_time,
        lead(event_type) over in_order as next_type,
        lead(position) over in_order as next_position,
        lead(target_position) over in_order as next_target
    from events
    window in_order as (
        partition by course_id, username, video_id
        order by
            event_time,
            event_type,
            coalesce(target_position, position),
            position,
            coalesce(duration, -1)
    )
),

-- Players report where they stood before a seek. The next play, closed or not, forgets it.
plays as (
    select
        *,
        lag(next_target) over (
            partition by course_id, username, video_id
            order by event_time, position, coalesce(duration, -1)
        ) as sought_position
    from with_next_event
    where event_type = 'play_video'
),

viewings as (
    select
        course_id,
        username,
        video_id,
        duration,
        event_time as started_at,
        next_time as ended_at,
        coalesce(sought_position, position) as start_offset,
        next_position as end_offset,
        next_type as closing_event_type
    from plays
    where next_type <> 'play_video'
),

kept_viewings as (
    select *
    from viewings
    where end_offset - start_offset >= 0.25 and (duration is null or end_offset <= duration + 1)
)

select
    *,
    max(end_offset) over (
        partition by course_id, username, video_id
        order by start_offset, end_offset, started_at
        rows between unbounded preceding and 1 preceding
    ) as reached_offset
from kept_viewings
