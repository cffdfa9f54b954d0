{{ config(materialized='by_date', date_column='date') }}

with

actions as (
    select
        course_id,
        username,
        event_date as date,
        case
            when action in ('problem_attempted', 'problem_completed') then 'problem'
            when action = 'video_viewed' then 'video'
            else 'discussion'
        end as entity_type,
        {% if var('compat') -%}
            substr(entity_id, 1, 255) as entity_id,
        {%- else -%}
            entity_id,
        {%- endif %}
        case action
            when 'problem_attempted' then 'attempted'
            when 'problem_completed' then 'completed'
            when 'video_viewed' then 'viewed'
            else 'contributed'
        end as event,
        count
    from {{ ref('int_engagement_actions') }}
    where
        action in ('problem_attempted', 'problem_completed', 'video_viewed', 'forum_contributed')
        and {{ is_recomputed('event_date') }}
)

select
    course_id,
    username,
    date,
    entity_type,
    entity_id,
    event,
    cast(sum(count) as bigint) as count
from actions
group by course_id, username, date, entity_type, entity_id, event
