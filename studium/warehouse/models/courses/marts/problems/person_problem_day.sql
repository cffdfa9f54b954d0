{{ config(materialized='by_scope', scope='course') }}

with

accounts as (
    select course_id, user_id, username
    from {{ ref('stg_edx__users') }}
    where username is not null and {{ is_touched_course('course_id') }}
),

problems as (
    select course_id, problem_id, itype
    from {{ ref('int_problem_places') }}
    where {{ is_touched_course('course_id') }}
),

checks as (
    select
        course_id,
        username,
        {{ url_name_of('module_id') }} as problem_id,
        date,
        count(*) as n_attempts
    from {{ ref('problem_check') }}
    where
        not {{ is_compat() }}
        and username is not null
        and module_id is not null
        and {{ is_touched_course('course_id') }}
    group by course_id, username, {{ url_name_of('module_id') }}, date
),

unlogged as (
    select
        states.course_id,
        accounts.username,
        states.problem_url_name as problem_id,
        cast(states.created as date) as date,
        states.attempts as n_attempts
    from {{ ref('problem_states') }} as states
    inner join accounts
        on states.course_id = accounts.course_id and states.user_id = accounts.user_id
    where
        not {{ is_compat() }}
        and states.created is not null
        and {{ is_touched_course('states.course_id') }}
        and not exists (
            select 1
            from checks
            where
                checks.course_id = states.course_id
                and checks.username = accounts.username
                and checks.problem_id = states.problem_url_name
        )
),

published as (
    select
        answered.course_id,
        accounts.username,
        course_problem.problem_id,
        cast(answered.date as date) as date,
        answered.n_attempts
    from {{ ref('person_problem') }} as answered
    inner join {{ ref('course_problem') }} as course_problem
        on
            answered.course_id = course_problem.course_id
            and answered.problem_nid = course_problem.problem_nid
    inner join accounts
        on answered.course_id = accounts.course_id and answered.user_id = accounts.user_id
    where
        {{ is_compat() }}
        and answered.date is not null
        and {{ is_touched_course('answered.course_id') }}
),

attempted as (
    select course_id, username, problem_id, date, n_attempts from checks
    union all
    select course_id, username, problem_id, date, n_attempts from unlogged
    union all
    select course_id, username, problem_id, date, n_attempts from published
)

select
    attempted.course_id,
    attempted.username,
    attempted.problem_id,
    attempted.date,
    attempted.n_attempts,
    problems.itype
from attempted
left join problems
    on attempted.course_id = problems.course_id and attempted.problem_id = problems.problem_id
