{{ config(materialized='view') }}

with

actions as (
    select
        course_id,
        username,
        event_date as date,
        action,
        entity_id,
        count
    from {{ ref('int_engagement_actions') }}
    where
        is_in_context
        and not is_anonymous
        and action not in ('forum_contributed', 'other_created')
),

active_days as (
    select
        course_id,
        username,
        event_date as date,
        last_subsection_at,
        last_subsection_viewed
    from {{ ref('int_learner_active_days') }}
),

together as (
    select
        course_id, username, date, action, entity_id, count,
        cast(null as timestamp) as last_subsection_at,
        cast(null as string) as last_subsection_viewed
    from actions
    union all
    select
        course_id, username, date,
        'active' as action, cast(null as string) as entity_id, 1 as count,
        last_subsection_at, last_subsection_viewed
    from active_days
)

select
    course_id,
    username,
    date,
    {{ week_end('date') }} as week_end_date,
    action,
    entity_id,
    count,
    last_subsection_at,
    last_subsection_viewed
from together
