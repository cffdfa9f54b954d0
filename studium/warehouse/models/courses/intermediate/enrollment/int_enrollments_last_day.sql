select
    states.course_id,
    states.user_id,
    states.is_enrolled,
    states.mode
from {{ ref('int_enrollment_states') }} as states
where states.valid_to = date '{{ var("as_of") }}'
