{{ config(materialized='by_scope', scope='course') }}

with

answers as (
    select
        course_id,
        part_id,
        module_id,
        username,
        event_time,
        event_id,
        response_type,
        problem_display_name,
        is_correct,
        value_id,
        answer,
        answer_value,
        variant,
        question,
        {{ without_margins('coalesce(value_id, answer_value)') }} as group_value,
        coalesce({{ as_integer('variant') }}, 1) as group_variant
    from {{ ref('int_answers_given') }}
    where is_counted and {{ is_touched_course('course_id') }}
),

checks as (
    select distinct
        course_id,
        module_id,
        username,
        event_time,
        event_id
    from answers
),

ordered as (
    select
        course_id,
        module_id,
        username,
        event_id,
        row_number() over (
            partition by course_id, module_id, username order by event_time, event_id
        ) as place,
        row_number() over (
            partition by course_id, module_id, username order by event_time desc, event_id desc
        ) as place_from_end
    from checks
)

select
    answers.*,
    ordered.place = 1 as is_first,
    ordered.place_from_end = 1 as is_last
from answers
inner join ordered
    on
        answers.course_id = ordered.course_id
        and answers.module_id = ordered.module_id
        and answers.username = ordered.username
        and answers.event_id = ordered.event_id
where ordered.place = 1 or ordered.place_from_end = 1
