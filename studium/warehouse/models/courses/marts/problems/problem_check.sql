{{ config(materialized='by_date', date_column='date') }}

with

events as (
    select
        event_id,
        event_date,
        event_time,
        username,
        course_id,
        module_id,
        payload,
        problem_attempts,
        problem_success,
        problem_grade
    from {{ ref('stg_edx__events') }}
    where
        event_type in ('problem_check', 'save_problem_check')
        and event_source = 'server'
        and is_course_id_valid
        and {{ is_recomputed('event_date') }}
)

select
    event_time as time,
    username,
    course_id,
    {{ published_module_id('module_id') }} as module_id,
    {{ json_text('payload', '$.answers') }} as student_answers,
    coalesce(problem_attempts, {{ payload_integer('$.attempts') }}) as attempts,
    coalesce(problem_success, {{ json_text('payload', '$.success') }}) as success,
    coalesce(problem_grade, {{ payload_number('$.grade') }}) as grade,
    event_id,
    event_date as date
from events
