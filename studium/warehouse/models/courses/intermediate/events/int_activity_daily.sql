{{ config(materialized='by_date', date_column='event_date') }}

with

events as (
    select
        events.event_date,
        events.username,
        coalesce(copies.copies, 1) as copies,
        case
            when
                events.is_course_id_valid
                and events.user_id <> 0
                and events.event_type is not null
                and events.event_source <> 'task'
                and events.event_type not like 'edx.course.enrollment.%'
                then events.course_id
        end as course_id,
        events.user_id,
        events.event_source = 'server' and events.event_type = 'problem_check' as is_attempt,
        events.event_source in ('browser', 'mobile')
        and events.event_type = 'play_video' as is_play,
        events.event_source = 'server' and events.event_type like 'edx.forum.%.created' as is_post
    from {{ ref('stg_edx__events') }} as events
    left join {{ ref('stg_edx__event_copies') }} as copies
        on events.event_id = copies.event_id and events.event_date = copies.event_date
    where {{ is_recomputed('events.event_date') }}
),

by_person as (
    select
        event_date,
        username,
        course_id,
        case when course_id is not null then user_id end as user_id,
        copies,
        is_attempt,
        is_play,
        is_post
    from events
    where course_id is not null or username is not null
)

select
    event_date,
    username,
    course_id,
    user_id,
    cast(sum(copies) as bigint) as events,
    cast(sum(case when is_attempt then copies else 0 end) as bigint) as attempts,
    cast(sum(case when is_play then copies else 0 end) as bigint) as plays,
    cast(sum(case when is_post then copies else 0 end) as bigint) as posts
from by_person
group by event_date, username, course_id, user_id
