{{ config(materialized='by_scope', scope='course') }}

select
    course_id,
    user_id,
    grading_policy_hash,
    percent_grade,
    letter_grade,
    passed_timestamp,
    created,
    modified
from {{ ref('stg_edx__course_grades') }}
where {{ is_touched_course('course_id') }}
