with

events as (
    select
        course_id,
        user_id,
        event_date,
        event_time,
        event_type,
        mode,
        case event_type
            when 'edx.course.enrollment.activated' then 1
            when 'edx.course.enrollment.deactivated' then 0
        end as is_enrolled
    from {{ ref('int_enrollment_events') }}
),

with_state_after as (
    select
        *,
        {{ last_known('is_enrolled') }} over (
            partition by course_id, user_id
            order by event_time, event_type, mode
            rows between unbounded preceding and current row
        ) as state_after,
        row_number() over (
            partition by course_id, user_id, event_date
            order by event_time desc, event_type desc, mode desc
        ) as place_from_end
    from events
),

day_ends as (
    select
        course_id,
        user_id,
        event_date,
        mode,
        coalesce(state_after, 0) = 1 as is_enrolled
    from with_state_after
    where place_from_end = 1
)

select
    course_id,
    user_id,
    event_date as valid_from,
    coalesce(
        lead(event_date) over (partition by course_id, user_id order by event_date),
        date '{{ var("as_of") }}'
    ) as valid_to,
    is_enrolled,
    mode
from day_ends
