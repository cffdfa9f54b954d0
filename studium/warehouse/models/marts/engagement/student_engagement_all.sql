with

actions as (
    select *
    from {{ ref('int_learner_actions') }}
)

select
    {{ student_engagement_columns(last_date()) }}
from actions
group by course_id, username
