with

summaries as (
    select
        course_id,
        username,
        start_date,
        end_date,
        cast(problem_attempts as double) as problem_attempts,
        cast(problems_attempted as double) as problems_attempted,
        cast(problems_completed as double) as problems_completed,
        problem_attempts_per_completed,
        cast(videos_viewed as double) as videos_viewed,
        cast(discussion_contributions as double) as discussion_contributions
    from {{ ref('module_engagement_summary') }}
),

metrics as (
    select
        course_id, username, start_date, end_date,
        'problem_attempts' as metric, problem_attempts as value, true as is_counted
    from summaries
    union all
    select
        course_id, username, start_date, end_date,
        'problems_attempted' as metric, problems_attempted as value, true as is_counted
    from summaries
    union all
    select
        course_id, username, start_date, end_date,
        'problems_completed' as metric, problems_completed as value, true as is_counted
    from summaries
    union all
    select
        course_id, username, start_date, end_date,
        'problem_attempts_per_completed' as metric, problem_attempts_per_completed as value,
        problem_attempts > 0 as is_counted
    from summaries
    union all
    select
        course_id, username, start_date, end_date,
        'videos_viewed' as metric, videos_viewed as value, true as is_counted
    from summaries
    union all
    select
        course_id, username, start_date, end_date,
        'discussion_contributions' as metric, discussion_contributions as value, true as is_counted
    from summaries
)

select * from metrics
