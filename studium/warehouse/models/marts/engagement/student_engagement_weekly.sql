with

actions as (
    select *
    from {{ ref('int_learner_actions') }}
)

select
    {{ student_engagement_columns('week_end_date') }}
from actions
group by week_end_date, course_id, username
