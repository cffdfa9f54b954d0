with

activity as (
    select
        course_id,
        user_id,
        {{ monday('event_date') }} as week,
        has_attempted_problem,
        has_played_video,
        has_posted_forum
    from {{ ref('int_activity_daily') }}
    where course_id is not null
),

in_complete_weeks as (
    select *
    from activity
    where {{ is_complete_week('week') }}
),

labelled as (
    select course_id, user_id, week, 'ACTIVE' as label
    from in_complete_weeks
    union all
    select course_id, user_id, week, 'ATTEMPTED_PROBLEM' as label
    from in_complete_weeks
    where has_attempted_problem
    union all
    select course_id, user_id, week, 'PLAYED_VIDEO' as label
    from in_complete_weeks
    where has_played_video
    union all
    select course_id, user_id, week, 'POSTED_FORUM' as label
    from in_complete_weeks
    where has_posted_forum
)

select
    course_id,
    cast(week as timestamp) as interval_start,
    cast({{ shifted('week', 7) }} as timestamp) as interval_end,
    label,
    count(distinct user_id) as count
from labelled
group by course_id, week, label
