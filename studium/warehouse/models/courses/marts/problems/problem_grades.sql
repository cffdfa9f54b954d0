{{ config(materialized='by_scope', scope='course') }}

with

states as (
    select
        course_id,
        user_id,
        {{ published_module_id('module_id') }} as module_id,
        {{ plausible_number('grade_value') }} as grade,
        {{ plausible_number('max_grade_value') }} as max_grade
    from {{ ref('stg_edx__student_modules') }}
    where
        module_type = 'problem'
        and {{ is_touched_course('course_id') }}
)

select
    course_id,
    user_id,
    module_id,
    grade,
    max_grade,
    coalesce(grade >= max_grade, false) as perfect,
    grade is not null as attempted
from states
