{{ config(materialized='by_scope', scope='course', follows_as_of=true) }}

with

actions as (
    select
        course_id,
        username,
        date,
        entity_id,
        event,
        count,
        date >= {{ shifted("date '" ~ var("as_of") ~ "'", -7) }} as is_last_week
    from {{ ref('module_engagement') }}
    where {{ is_touched_course('course_id') }}
)

select
    course_id,
    username,
    count(distinct case when event = 'viewed' then entity_id end) as videos_overall,
    count(distinct case when event = 'viewed' and is_last_week then entity_id end)
        as videos_last_week,
    count(distinct case when event = 'attempted' then entity_id end) as problems_overall,
    count(distinct case when event = 'attempted' and is_last_week then entity_id end)
        as problems_last_week,
    count(distinct case when event = 'completed' then entity_id end) as correct_problems_overall,
    count(distinct case when event = 'completed' and is_last_week then entity_id end)
        as correct_problems_last_week,
    cast(sum(case when event = 'attempted' then count else 0 end) as bigint)
        as problems_attempts_overall,
    cast(sum(case when event = 'attempted' and is_last_week then count else 0 end) as bigint)
        as problems_attempts_last_week,
    cast(sum(case when event = 'contributed' then count else 0 end) as bigint)
        as forum_posts_overall,
    cast(sum(case when event = 'contributed' and is_last_week then count else 0 end) as bigint)
        as forum_posts_last_week,
    max(date) as date_last_active
from actions
group by course_id, username
