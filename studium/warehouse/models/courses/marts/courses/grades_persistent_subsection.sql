{{ config(materialized='by_scope', scope='course') }}

select
    course_id,
    user_id,
    usage_key,
    earned_all,
    possible_all,
    earned_graded,
    possible_graded,
    first_attempted,
    created,
    modified
from {{ ref('stg_edx__subsection_grades') }}
where {{ is_touched_course('course_id') }}
