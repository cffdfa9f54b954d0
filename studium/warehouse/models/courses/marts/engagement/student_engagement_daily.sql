{{ config(materialized='by_date', date_column='end_date') }}

with

actions as (
    select *
    from {{ ref('int_learner_actions') }}
    where {{ is_recomputed('date') }}
)

select
    {{ student_engagement_columns('date') }}
from actions
group by date, course_id, username
