{{ config(materialized='by_scope', scope='course') }}

select
    course_id,
    user_id,
    count(distinct module_id) as nchapters
from {{ ref('stg_edx__student_modules') }}
where
    module_type = 'chapter'
    and user_id is not null
    and {{ is_touched_course('course_id') }}
group by course_id, user_id
