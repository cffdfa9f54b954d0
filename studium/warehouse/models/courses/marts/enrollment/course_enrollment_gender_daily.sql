with

states as (
    select
        states.course_id,
        learners.gender,
        states.valid_from,
        states.valid_to,
        states.is_enrolled
    from {{ ref('int_enrollment_states') }} as states
    left join {{ ref('stg_edx__learners') }} as learners on states.user_id = learners.user_id
),

running_totals as (
    {{ running_enrollment('states', by=['gender']) }}
)

select
    {{ each_day('first_date', 'last_date') }} as date,
    course_id,
    gender,
    count,
    cumulative_count
from running_totals
where cumulative_count > 0
