{{ config(materialized='by_date', date_column='date', reach=1) }}

with

events as (
    select
        event_id,
        event_date,
        username,
        course_id,
        {{ published_module_id('module_id') }} as module_id,
        {{ microseconds('event_time') }} as moment
    from {{ ref('stg_edx__events') }}
    where
        username is not null
        and is_course_id_valid
        and is_module_id_valid
        and {{ is_read('event_date', reach=1) }}
),

with_gaps as (
    select
        *,
        moment - lag(moment) over (
            partition by username, course_id, module_id
            order by moment, event_id
        ) as gap
    from events
)

select
    course_id,
    event_date as date,
    username,
    module_id,
    {{ seconds_below('gap', 5) }} as time_umid5,
    {{ seconds_below('gap', 30) }} as time_umid30
from with_gaps
where {{ is_recomputed('event_date', reach=1) }}
group by course_id, event_date, username, module_id
