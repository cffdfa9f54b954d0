{{ config(materialized='view') }}

select
    row_id as id,
    module_type,
    module_id,
    user_id as student_id,
    state,
    grade,
    created,
    modified,
    max_grade,
    done,
    course_id
from {{ ref('stg_edx__student_modules') }}
