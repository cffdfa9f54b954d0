{{ config(materialized='by_date', date_column='event_date', reach=1) }}

with

events as (
    select
        event_id,
        event_date,
        event_time,
        event_type,
        username,
        course_id
    from {{ ref('stg_edx__events') }}
    where
        username is not null
        and is_course_id_valid
        and not contains(coalesce(event_type, ''), '/xblock/')
        and {{ is_read('event_date', reach=1) }}
),

with_previous_event as (
    select
        *,
        lag(event_time) over (
            partition by username, course_id
            order by event_time, event_id
        ) as previous_time
    from events
)

select
    event_date,
    event_time,
    event_type,
    username,
    course_id,
    case
        when cast(previous_time as date) >= {{ shifted('event_date', -1) }}
            then ({{ microseconds('event_time') }} - {{ microseconds('previous_time') }}) / 1e6
    end as gap_seconds
from with_previous_event
where {{ is_recomputed('event_date', reach=1) }}
