-- Daily counts and the summary differ about modes, never about who is enrolled on the last date.
with

active as (
    select course_id, count(*) as active_count
    from {{ ref('course_enrollment_summary') }}
    where current_enrollment_is_active
    group by course_id
),

last_date as (
    select course_id, count
    from {{ ref('course_enrollment_daily') }}
    where date = {{ last_date() }}
)

select
    last_date.course_id,
    last_date.count,
    active.active_count
from last_date
left join active on last_date.course_id = active.course_id
where last_date.count <> coalesce(active.active_count, 0)
