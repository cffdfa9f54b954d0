with

states as (
    select
        course_id,
        user_id,
        valid_from,
        {{ shifted('valid_to', -1) }} as last_date,
        mode,
        cast(is_enrolled as bigint) as is_active,
        coalesce(
            lag(cast(is_enrolled as bigint)) over (
                partition by course_id, user_id
                order by valid_from
            ), 0
        ) as was_active
    from {{ ref('int_enrollment_states') }}
),

days as (
    select
        {{ each_day('valid_from', 'last_date') }} as date,
        course_id,
        user_id,
        valid_from,
        is_active,
        was_active,
        mode
    from states
)

select
    date,
    course_id,
    user_id,
    is_active as enrollment_is_active,
    case when date = valid_from then is_active - was_active else 0 end as enrollment_change,
    mode as enrollment_mode
from days
