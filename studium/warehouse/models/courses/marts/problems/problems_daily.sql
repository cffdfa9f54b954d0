{{ config(materialized='by_scope', scope='course') }}

with

attempted as (
    select
        course_id,
        username,
        date,
        n_attempts,
        case
            when {{ is_compat() }} and itype = 'formularesponse' then 'other'
            else itype
        end as itype
    from {{ ref('person_problem_day') }}
    where {{ is_touched_course('course_id') }}
)

select
    course_id,
    username,
    date,
    count(*) as nproblems_answered,
    cast(sum(n_attempts) as bigint) as nproblems_attempted,
    count(*) filter (where itype = 'multiplechoiceresponse') as nproblems_multiplechoice,
    count(*) filter (where itype = 'choiceresponse') as nproblems_choice,
    count(*) filter (where itype = 'numericalresponse') as nproblems_numerical,
    count(*) filter (where itype = 'optionresponse') as nproblems_option,
    count(*) filter (where itype = 'customresponse') as nproblems_custom,
    count(*) filter (where itype = 'stringresponse') as nproblems_string,
    count(*) filter (where itype = 'mixed') as nproblems_mixed,
    count(*) filter (where itype = 'formularesponse') as nproblems_forumula,
    count(*) filter (
        where itype not in (
            'multiplechoiceresponse', 'choiceresponse', 'numericalresponse', 'optionresponse',
            'customresponse', 'stringresponse', 'mixed', 'formularesponse'
        )
    ) as nproblems_other
from attempted
group by course_id, username, date
