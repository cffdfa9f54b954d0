select
    course_id,
    username,
    start_date,
    end_date,
    problem_attempts,
    problems_attempted,
    problems_completed,
    problem_attempts_per_completed,
    videos_viewed,
    discussion_contributions,
    days_active
from {{ ref('int_engagement_weeks') }}
where end_date = date '{{ var("as_of") }}'
