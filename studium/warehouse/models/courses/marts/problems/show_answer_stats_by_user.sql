{{ config(materialized='by_scope', scope='course') }}

with

persons as (
    select
        course_id,
        user_id,
        username,
        explored,
        certified,
        coalesce(mode = 'verified', false) as verified
    from {{ ref('person_course') }}
    where coalesce(forumRoles_isStudent, 1) = 1 and {{ is_touched_course('course_id') }}
),

shown as (
    select distinct course_id, username, module_id
    from {{ ref('show_answer') }}
    where {{ is_touched_course('course_id') }}
),

grades as (
    select
        grades.course_id,
        grades.user_id,
        persons.explored,
        persons.certified,
        persons.verified,
        grades.attempted,
        grades.perfect,
        coalesce(grades.grade > 0, false) as is_partial,
        shown.module_id is not null as is_shown
    from {{ ref('problem_grades') }} as grades
    inner join persons
        on grades.course_id = persons.course_id and grades.user_id = persons.user_id
    left join shown
        on
            grades.course_id = shown.course_id
            and persons.username = shown.username
            and grades.module_id = shown.module_id
    where {{ is_touched_course('grades.course_id') }}
)

select
    course_id,
    user_id,
    explored,
    certified,
    verified,
    count(*) as n_problems_seen,
    count(*) filter (where not attempted) as n_not_attempted,
    count(*) filter (where attempted) as n_attempted,
    count(*) filter (where perfect) as n_perfect,
    count(*) filter (where is_partial) as n_partial,
    count(*) filter (where is_shown) as n_show_answer_problem_seen,
    count(*) filter (where is_shown and not attempted) as n_show_answer_not_attempted,
    count(*) filter (where is_shown and attempted) as n_show_answer_attempted,
    count(*) filter (where is_shown and perfect) as n_show_answer_perfect,
    count(*) filter (where is_shown and is_partial) as n_show_answer_partial,
    {{ percent_shown('true') }} as pct_show_answer_problem_seen,
    {{ percent_shown('not attempted') }} as pct_show_answer_not_attempted,
    {{ percent_shown('attempted') }} as pct_show_answer_attempted,
    {{ percent_shown('perfect') }} as pct_show_answer_perfect,
    {{ percent_shown('is_partial') }} as pct_show_answer_partial
from grades
group by course_id, user_id, explored, certified, verified
