{{ config(materialized='by_scope', scope='course') }}

with

accounts as (
    select
        course_id,
        user_id,
        username
    from {{ ref('stg_edx__users') }}
    where
        username is not null
        and {{ is_touched_course('course_id') }}
),

answers as (
    select
        course_id,
        user_id,
        date as moment
    from {{ ref('person_problem') }}
    where
        date is not null
        and {{ is_touched_course('course_id') }}
)

select
    answers.course_id,
    accounts.username,
    cast(answers.moment as date) as date,
    min(answers.moment) as first_time,
    max(answers.moment) as last_time
from answers
inner join accounts
    on
        answers.course_id = accounts.course_id
        and answers.user_id = accounts.user_id
group by answers.course_id, accounts.username, cast(answers.moment as date)
