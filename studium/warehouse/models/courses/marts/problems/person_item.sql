{{ config(materialized='by_scope', scope='course') }}

with

answers as (
    select
        course_id,
        user_id,
        problem_url_name,
        answer_id,
        correct_bool,
        grade,
        attempts,
        created
    from {{ ref('problem_analysis') }}
    where {{ is_touched_course('course_id') }}
),

items as (
    select course_id, problem_id, item_id, item_short_id, item_nid
    from {{ ref('course_item') }}
    where {{ is_touched_course('course_id') }}
)

select
    answers.user_id,
    answers.course_id,
    items.item_short_id,
    items.item_nid,
    cast(answers.correct_bool as bigint) as item_grade,
    answers.grade,
    answers.attempts as n_attempts,
    answers.created as date
from answers
inner join items
    on
        answers.course_id = items.course_id
        and answers.problem_url_name = items.problem_id
        and answers.answer_id = items.item_id
