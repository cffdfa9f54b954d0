{{ config(materialized='by_date', date_column='date') }}

with

activity as (
    select
        user_id,
        course_id,
        event_date as date,
        sum(events) as events,
        sum(attempts) as attempts,
        sum(plays) as plays,
        sum(posts) as posts
    from {{ ref('int_activity_daily') }}
    where course_id is not null and {{ is_recomputed('event_date') }}
    group by user_id, course_id, event_date
),

labelled as (
    select user_id, course_id, date, 'ACTIVE' as activity_type, events as number
    from activity
    union all
    select user_id, course_id, date, 'ATTEMPTED_PROBLEM' as activity_type, attempts as number
    from activity
    union all
    select user_id, course_id, date, 'PLAYED_VIDEO' as activity_type, plays as number
    from activity
    union all
    select user_id, course_id, date, 'POSTED_FORUM' as activity_type, posts as number
    from activity
)

select
    user_id,
    course_id,
    date,
    activity_type,
    cast(number as bigint) as number_of_activities
from labelled
where number > 0
