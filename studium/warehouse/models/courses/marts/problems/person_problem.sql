{{ config(materialized='by_scope', scope='course') }}

with

answers as (
    select user_id, course_id, item_nid, item_grade, grade, n_attempts, date
    from {{ ref('person_item') }}
    where {{ is_touched_course('course_id') }}
),

items as (
    select course_id, item_nid, problem_nid
    from {{ ref('course_item') }}
    where {{ is_touched_course('course_id') }}
),

summed as (
    select
        answers.user_id,
        answers.course_id,
        items.problem_nid,
        cast(sum(answers.item_grade) as bigint) as problem_raw_score,
        count(*) as item_count,
        max(answers.grade) as grade,
        max(answers.n_attempts) as n_attempts,
        max(answers.date) as date
    from answers
    inner join items
        on answers.course_id = items.course_id and answers.item_nid = items.item_nid
    group by answers.user_id, answers.course_id, items.problem_nid
)

select
    user_id,
    course_id,
    problem_nid,
    problem_raw_score,
    1e2 * problem_raw_score / item_count as problem_pct_score,
    grade,
    n_attempts,
    date
from summed
