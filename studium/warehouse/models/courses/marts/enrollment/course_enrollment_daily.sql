with

states as (
    select * from {{ ref('int_enrollment_states') }}
),

running_totals as (
    {{ running_enrollment('states') }}
)

select
    {{ each_day('first_date', 'last_date') }} as date,
    course_id,
    count,
    cumulative_count
from running_totals
