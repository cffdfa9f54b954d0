select
    course_id,
    min(case when category = 'course' then cast(start as date) end) as launch_date,
    max(cast(due as date)) as wrap_date,
    cast(max(cast(due as date)) as timestamp) + interval '86399' second as wrap_time
from {{ ref('stg_edx__course_elements') }}
group by course_id
