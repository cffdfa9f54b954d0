with

actions as (
    select
        course_id,
        username,
        date,
        event,
        entity_id,
        count,
        case
            when date >= {{ shifted("date '" ~ var("as_of") ~ "'", -7) }}
                then date '{{ var("as_of") }}'
            else {{ shifted("date '" ~ var("as_of") ~ "'", -7) }}
        end as end_date
    from {{ ref('module_engagement') }}
    where date >= {{ shifted("date '" ~ var("as_of") ~ "'", -14) }}
),

totals as (
    select
        course_id,
        username,
        end_date,
        cast(coalesce(sum(count) filter (where event = 'attempted'), 0) as bigint)
            as problem_attempts,
        count(distinct entity_id) filter (where event = 'attempted') as problems_attempted,
        count(distinct entity_id) filter (where event = 'completed') as problems_completed,
        count(distinct entity_id) filter (where event = 'viewed') as videos_viewed,
        cast(coalesce(sum(count) filter (where event = 'contributed'), 0) as bigint)
            as discussion_contributions,
        count(distinct date) as days_active
    from actions
    group by course_id, username, end_date
)

select
    course_id,
    username,
    {{ shifted('end_date', -7) }} as start_date,
    end_date,
    problem_attempts,
    problems_attempted,
    problems_completed,
    cast(problem_attempts as double) / nullif(problems_completed, 0)
        as problem_attempts_per_completed,
    videos_viewed,
    discussion_contributions,
    days_active
from totals
