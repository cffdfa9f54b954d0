{{ config(materialized='by_scope', scope='course') }}

with

persons as (
    select course_id, user_id, username, certified, explored
    from {{ ref('person_course') }}
    where viewed and {{ is_touched_course('course_id') }}
),

answered as (
    select
        course_id,
        user_id,
        cast(sum(correct_item_count) as bigint) as ncorrect,
        cast(sum(item_count) as bigint) as nattempts,
        count(*) as nproblems
    from {{ ref('problem_states') }}
    where {{ is_touched_course('course_id') }}
    group by course_id, user_id
),

shown as (
    select
        course_id,
        username,
        count(distinct module_id) as problems
    from {{ ref('show_answer') }}
    where {{ is_touched_course('course_id') }}
    group by course_id, username
),

joined as (
    select
        answered.course_id,
        answered.user_id,
        persons.certified,
        persons.explored,
        1e2 * answered.ncorrect / answered.nattempts as percent_correct,
        answered.nattempts,
        coalesce(shown.problems, 0) as nshow_answer_unique_problems,
        answered.nproblems,
        max(answered.nproblems) over (partition by answered.course_id) as total_problems
    from answered
    inner join persons
        on answered.course_id = persons.course_id and answered.user_id = persons.user_id
    left join shown
        on answered.course_id = shown.course_id and persons.username = shown.username
)

select
    *,
    cast(nproblems as double) / total_problems as frac_complete
from joined
