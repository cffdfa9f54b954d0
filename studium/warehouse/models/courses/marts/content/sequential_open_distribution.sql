{{ config(materialized='by_scope', scope='course') }}

select
    module_id,
    course_id,
    count(*) as count
from {{ ref('stg_edx__student_modules') }}
where
    module_type = 'sequential'
    and module_id is not null
    and {{ is_touched_course('course_id') }}
group by module_id, course_id
