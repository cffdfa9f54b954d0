{{ config(materialized='by_date', date_column='date') }}

with

events as (
    select
        event_id,
        event_date,
        event_time,
        username,
        course_id,
        module_id
    from {{ ref('stg_edx__events') }}
    where
        event_type in ('show_answer', 'showanswer')
        and is_course_id_valid
        and {{ is_recomputed('event_date') }}
)

select
    event_time as time,
    username,
    course_id,
    {{ published_module_id('module_id') }} as module_id,
    event_id,
    event_date as date
from events
