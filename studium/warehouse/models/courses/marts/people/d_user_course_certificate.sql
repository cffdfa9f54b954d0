select
    user_id,
    course_id,
    cast(case when status = 'downloadable' then 1 else 0 end as bigint) as is_certified,
    mode as certificate_mode,
    grade as final_grade,
    cast(case when status in ('downloadable', 'audit_passing') then 1 else 0 end as bigint)
        as has_passed,
    created_date,
    modified_date
from {{ ref('stg_edx__certificates') }}
