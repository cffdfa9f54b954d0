select
    states.course_id,
    states.user_id,
    accounts.username,
    cohorts.cohort,
    states.valid_from,
    states.valid_to,
    states.is_enrolled,
    states.mode
from {{ ref('int_enrollment_states') }} as states
left join {{ ref('int_account_names') }} as accounts
    on states.user_id = accounts.user_id
left join {{ ref('stg_edx__cohorts') }} as cohorts
    on states.course_id = cohorts.course_id and states.user_id = cohorts.user_id
