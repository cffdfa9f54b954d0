{{ config(materialized='by_person', person=['course_id', 'username']) }}

with

events as (
    select
        course_id,
        username,
        video_id,
        event_time,
        event_type,
        coalesce(target_position, position) as position_after
    from {{ ref('int_video_events') }} as video_events  -- noqa: AL05
    where {{ is_touched_learner('video_events') }}
),

latest_events as (
    select
        course_id,
        username,
        video_id,
        count(*) filter (where event_type = 'play_video') as plays,
        {{ value_at_greatest('position_after', ['event_time', 'event_type', 'position_after']) }}
            as last_position,
        min(event_time) as first_watched_at,
        max(event_time) as last_watched_at
    from events
    group by course_id, username, video_id
),

viewings as (
    select
        course_id,
        username,
        video_id,
        {{ whole_microseconds('start_offset') }} as start_offset,
        {{ whole_microseconds('end_offset') }} as end_offset,
        {{ whole_microseconds('reached_offset') }} as reached_offset
    from {{ ref('int_video_viewings') }} as all_viewings  -- noqa: AL05
    where {{ is_touched_learner('all_viewings') }}
),

with_new_part as (
    select
        *,
        greatest(start_offset, coalesce(reached_offset, 0)) as new_from_offset
    from viewings
),

watched as (
    select
        course_id,
        username,
        video_id,
        count(*) as viewings,
        cast(sum(end_offset - start_offset) as bigint) as watched,
        cast(sum(greatest(end_offset - new_from_offset, 0)) as bigint) as unique_watched
    from with_new_part
    group by course_id, username, video_id
)

select
    latest_events.course_id,
    latest_events.username,
    latest_events.course_id || '|' || latest_events.video_id as pipeline_video_id,
    latest_events.plays,
    coalesce(watched.viewings, 0) as viewings,
    coalesce(watched.watched / 1e6, 0) as watched_seconds,
    coalesce(watched.unique_watched / 1e6, 0) as unique_seconds,
    latest_events.last_position,
    latest_events.first_watched_at,
    latest_events.last_watched_at
from latest_events
left join watched
    on
        latest_events.course_id = watched.course_id
        and latest_events.username = watched.username
        and latest_events.video_id = watched.video_id
