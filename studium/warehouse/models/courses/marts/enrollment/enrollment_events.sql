{{ config(materialized='by_date', date_column='date') }}

with

events as (
    select
        event_id,
        event_date,
        event_time,
        event_type,
        coalesce(enrollment_course_id, case when is_course_id_valid then course_id end)
            as course_id,
        coalesce(enrollment_user_id, user_id) as user_id,
        enrollment_mode as mode
    from {{ ref('stg_edx__events') }}
    where
        contains(event_type, 'edx.course.enrollment')
        and {{ is_recomputed('event_date') }}
)

select
    course_id,
    event_time as time,
    user_id,
    mode,
    event_type = 'edx.course.enrollment.activated' as activated,
    event_type = 'edx.course.enrollment.deactivated' as deactivated,
    event_type = 'edx.course.enrollment.mode_changed' as mode_changed,
    event_type like 'edx.course.enrollment.upgrade%' as upgraded,
    event_type,
    event_date as date,
    event_id
from events
where course_id is not null
