{{ config(materialized='by_date', date_column='date') }}

with

checks as (
    select
        event_date,
        event_time,
        event_id,
        course_id,
        problem_id,
        problem_success,
        {{ json_text('context', '$.asides.tagging_aside.saved_tags') }} as saved_tags
    from {{ ref('stg_edx__events') }}
    where
        {{ is_recomputed('event_date') }}
        and event_type = 'problem_check'
        and event_source = 'server'
        and problem_id <> ''
        and course_id_source = 'context'
        and is_course_id_valid
)

select
    event_date as date,
    course_id,
    problem_id,
    count(*) as total_submissions,
    {{ number_of("problem_success = 'correct'") }} as correct_submissions,
    max(event_time) as last_check_at,
    {{ value_at_greatest("coalesce(saved_tags, '')", ['event_time', 'event_id']) }} as last_tags
from checks
group by event_date, course_id, problem_id
