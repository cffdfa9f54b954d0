{{ config(
    materialized='by_date', date_column='event_date', keeps_people=['course_id', 'username']
) }}

with

events as (
    select
        event_date,
        event_time,
        event_type,
        course_id,
        username,
        video_id,
        case
            when video_duration > 0 and video_duration < 1e9 then video_duration
        end as duration,
        case
            when event_type = 'seek_video' then video_old_time
            when event_type <> 'pause_video' or video_position is not null then video_position
            when
                not {{ has_key('payload', 'currentTime') }}
                and not {{ has_key('payload', 'current_time') }}
                then 0
        end as position,
        case when event_type = 'seek_video' then video_new_time end as target_position
    from {{ ref('stg_edx__events') }}
    where
        event_type in ('play_video', 'pause_video', 'seek_video', 'stop_video')
        and username is not null
        and course_id_source = 'context'
        and is_course_id_valid
        and video_id is not null
        and {{ is_recomputed('event_date') }}
)

select *
from events
where
    position between 0 and 36000
    and (event_type <> 'seek_video' or target_position between 0 and 36000)
