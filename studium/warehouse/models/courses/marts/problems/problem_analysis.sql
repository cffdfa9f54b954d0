{{ config(materialized='by_scope', scope='course') }}

with

states as (
    select
        course_id,
        user_id,
        module_id,
        row_id,
        created,
        {{ plausible_number('grade_value') }} as grade,
        {{ plausible_number('max_grade_value') }} as max_grade
    from {{ ref('stg_edx__student_modules') }}
    where
        module_type = 'problem'
        and {{ is_touched_course('course_id') }}
),

items as (
    select
        course_id,
        user_id,
        module_id,
        row_id,
        answer_id,
        response,
        correctness,
        npoints,
        msg,
        hint,
        attempts,
        is_done
    from {{ ref('stg_edx__student_module_items') }}
    where
        (module_id like '%+type@problem+block@%' or module_id like 'i4x://%/problem/%')
        and {{ is_touched_course('course_id') }}
)

select
    items.course_id,
    items.user_id,
    {{ url_name_of('items.module_id') }} as problem_url_name,
    items.answer_id,
    items.response,
    items.correctness,
    coalesce(items.correctness = 'correct', false) as correct_bool,
    items.npoints,
    items.msg,
    items.hint,
    coalesce(items.attempts, 0) as attempts,
    items.is_done as done,
    states.grade,
    coalesce(states.max_grade, 0) as max_grade,
    states.created
from items
inner join states
    on
        items.course_id = states.course_id
        and items.user_id = states.user_id
        and items.module_id = states.module_id
        and items.row_id = states.row_id
{% if var('compat') -%}
    where states.grade is not null
{%- endif %}
