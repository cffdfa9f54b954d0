with

events as (
    select
        course_id,
        user_id,
        event_time,
        event_type,
        mode,
        event_type = 'edx.course.enrollment.activated' as is_activation,
        event_type = 'edx.course.enrollment.deactivated' as is_deactivation,
        case event_type
            when 'edx.course.enrollment.activated' then 1
            when 'edx.course.enrollment.deactivated' then 0
        end as is_enrolled
    from {{ ref('int_enrollment_events') }}
),

with_state_before as (
    select
        *,
        coalesce({{ last_known('is_enrolled') }} over (
            partition by course_id, user_id
            order by event_time, event_type, mode
            rows between unbounded preceding and 1 preceding
        ), 0) as state_before,
        row_number() over (
            partition by course_id, user_id
            order by event_time, event_type, mode
        ) as place
    from events
),

effective as (
    select
        *,
        is_activation or not is_deactivation as sets_mode
    from with_state_before
    where (is_activation and state_before = 0) or (not is_activation and state_before = 1)
)

select
    course_id,
    user_id,
    max_by(mode, place) filter (where sets_mode) as current_enrollment_mode,
    not max_by(is_deactivation, place) as current_enrollment_is_active,
    min_by(mode, place) as first_enrollment_mode,
    min(event_time) as first_enrollment_time,
    max(event_time) filter (where is_deactivation) as last_unenrollment_time,
    min(event_time) filter (where sets_mode and mode = 'verified')
        as first_verified_enrollment_time,
    min(event_time) filter (where sets_mode and mode = 'credit')
        as first_credit_enrollment_time,
    cast('{{ var("as_of") }}' as timestamp) as end_time
from effective
group by course_id, user_id
