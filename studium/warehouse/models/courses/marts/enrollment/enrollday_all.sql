{{ config(materialized='by_date', date_column='date') }}

with

events as (
    select
        course_id,
        time,
        user_id,
        case when activated then 1 when deactivated then -1 else 0 end as direction,
        mode_changed,
        coalesce(mode, '') as mode,
        date,
        event_id
    from {{ ref('enrollment_events') }}
    where
        (activated or deactivated or mode_changed)
        and {{ is_recomputed('date') }}
)

select
    course_id,
    time,
    user_id,
    cast(case when mode = 'honor' then direction else 0 end as bigint) as diff_enrollment_honor,
    cast(
        case
            when mode_changed and mode = 'verified' then 1
            when mode_changed and mode = 'honor' then -1
            when mode = 'verified' then direction
            else 0
        end as bigint
    ) as diff_enrollment_verified,
    cast(case when mode = 'audit' then direction else 0 end as bigint) as diff_enrollment_audit,
    date,
    event_id
from events
