{{ config(materialized='by_scope', scope='course') }}

select
    module_id,
    course_id,
    grade_value as grade,
    max_grade_value as max_grade,
    count(*) as count
from {{ ref('stg_edx__student_modules') }}
where grade_value is not null and {{ is_touched_course('course_id') }}
group by module_id, course_id, grade_value, max_grade_value
