{{ config(materialized='by_scope', scope='course') }}

with

items as (
    select
        course_id,
        user_id,
        problem_url_name,
        correct_bool,
        attempts,
        done,
        grade,
        max_grade,
        created
    from {{ ref('problem_analysis') }}
    where {{ is_touched_course('course_id') }}
)

select
    course_id,
    user_id,
    problem_url_name,
    count(*) as item_count,
    count(*) filter (where correct_bool) as correct_item_count,
    max(attempts) as attempts,
    bool_or(done) as done,
    max(grade) as grade,
    max(max_grade) as max_grade,
    max(created) as created
from items
group by course_id, user_id, problem_url_name
