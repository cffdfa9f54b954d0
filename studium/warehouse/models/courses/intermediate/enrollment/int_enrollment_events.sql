{{ config(materialized='by_date', date_column='event_date') }}

select
    event_date,
    event_time,
    event_type,
    enrollment_course_id as course_id,
    enrollment_user_id as user_id,
    enrollment_mode as mode
from {{ ref('stg_edx__events') }}
where
    event_type in (
        'edx.course.enrollment.activated',
        'edx.course.enrollment.deactivated',
        'edx.course.enrollment.mode_changed'
    )
    and enrollment_course_id is not null
    and enrollment_user_id is not null
    and enrollment_mode is not null
    and {{ is_recomputed('event_date') }}
