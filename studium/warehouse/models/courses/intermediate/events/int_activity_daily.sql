{{ config(materialized='by_date', date_column='event_date') }}

with

events as (
    select
        event_date,
        username,
        case
            when
                is_course_id_valid
                and user_id <> 0
                and event_type is not null
                and event_source <> 'task'
                and event_type not like 'edx.course.enrollment.%'
                then course_id
        end as course_id,
        user_id,
        event_source = 'server' and event_type = 'problem_check' as is_attempt,
        event_source in ('browser', 'mobile') and event_type = 'play_video' as is_play,
        event_source = 'server' and event_type like 'edx.forum.%.created' as is_post
    from {{ ref('stg_edx__events') }}
    where {{ is_recomputed('event_date') }}
),

by_person as (
    select
        event_date,
        username,
        course_id,
        case when course_id is not null then user_id end as user_id,
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
    count(*) filter (where is_attempt) > 0 as has_attempted_problem,
    count(*) filter (where is_play) > 0 as has_played_video,
    count(*) filter (where is_post) > 0 as has_posted_forum
from by_person
group by event_date, username, course_id, user_id
