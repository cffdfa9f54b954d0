{{ config(materialized='by_scope', scope='course', follows_as_of=true) }}

with

actions as (
    select *
    from {{ ref('int_learner_actions') }}
    where {{ is_touched_course('course_id') }}
)

select
    {{ student_engagement_columns('week_end_date') }}
from actions
group by week_end_date, course_id, username
