{{ config(materialized='by_scope', scope='course') }}

select
    course_id,
    module_type,
    {{ published_module_id('module_id') }} as module_id,
    count(*) as ncount
from {{ ref('stg_edx__student_modules') }}
where {{ is_touched_course('course_id') }}
group by course_id, module_type, {{ published_module_id('module_id') }}
