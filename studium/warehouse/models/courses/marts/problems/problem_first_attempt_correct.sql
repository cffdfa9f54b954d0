{{ config(materialized='by_scope', scope='course') }}

with

persons as (
    select course_id, user_id, certified, completed, explored
    from {{ ref('person_course') }}
    where {{ is_touched_course('course_id') }}
),

answered as (
    select
        answered.course_id,
        answered.problem_nid,
        answered.n_attempts = 1 and answered.problem_pct_score = 100 as is_correct_at_once,
        persons.certified,
        persons.completed,
        persons.explored
    from {{ ref('person_problem') }} as answered
    inner join persons
        on answered.course_id = persons.course_id and answered.user_id = persons.user_id
    where {{ is_touched_course('answered.course_id') }}
),

counted as (
    select
        course_id,
        problem_nid,
        count(*) filter (where is_correct_at_once and certified)
            as n_first_attempt_correct_by_certified,
        count(*) filter (where certified) as n_certified_users_attempted,
        count(*) filter (where is_correct_at_once and completed)
            as n_first_attempt_correct_by_completed,
        count(*) filter (where completed) as n_completed_users_attempted,
        count(*) filter (where is_correct_at_once and explored)
            as n_first_attempt_correct_by_explored,
        count(*) filter (where explored) as n_explored_users_attempted,
        count(*) filter (where is_correct_at_once) as n_first_attempt_correct,
        count(*) as n_users_attempted
    from answered
    group by course_id, problem_nid
)

select
    course_id,
    problem_nid,
    n_first_attempt_correct_by_certified,
    n_certified_users_attempted,
    1e2 * n_first_attempt_correct_by_certified / nullif(n_certified_users_attempted, 0)
        as pct_correct_first_attempt_by_certified,
    n_first_attempt_correct_by_completed,
    n_completed_users_attempted,
    1e2 * n_first_attempt_correct_by_completed / nullif(n_completed_users_attempted, 0)
        as pct_correct_first_attempt_by_completed,
    n_first_attempt_correct_by_explored,
    n_explored_users_attempted,
    1e2 * n_first_attempt_correct_by_explored / nullif(n_explored_users_attempted, 0)
        as pct_correct_first_attempt_by_explored,
    n_first_attempt_correct,
    n_users_attempted,
    1e2 * n_first_attempt_correct / n_users_attempted as pct_correct_first_attempt
from counted
