with

activity as (
    select
        course_id,
        user_id,
        {{ monday('event_date') }} as week,
        attempts,
        plays,
        posts
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
    where attempts > 0
    union all
    select course_id, user_id, week, 'PLAYED_VIDEO' as label
    from in_complete_weeks
    where plays > 0
    union all
    select course_id, user_id, week, 'POSTED_FORUM' as label
    from in_complete_weeks
    where posts > 0
)

select
    course_id,
    cast(week as timestamp) as interval_start,
    cast({{ shifted('week', 7) }} as timestamp) as interval_end,
    label,
    count(distinct user_id) as count
from labelled
group by course_id, week, label
