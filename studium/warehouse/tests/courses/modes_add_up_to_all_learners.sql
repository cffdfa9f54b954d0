-- On each date the learners of all modes are those of the course.
with

by_mode as (
    select date, course_id, sum(count) as count, sum(cumulative_count) as cumulative_count
    from {{ ref('course_enrollment_mode_daily') }}
    group by date, course_id
)

select
    daily.date,
    daily.course_id,
    daily.count,
    by_mode.count as count_by_mode,
    daily.cumulative_count,
    by_mode.cumulative_count as cumulative_count_by_mode
from {{ ref('course_enrollment_daily') }} as daily
left join by_mode on daily.date = by_mode.date and daily.course_id = by_mode.course_id
where
    daily.count <> coalesce(by_mode.count, -1)
    or daily.cumulative_count <> coalesce(by_mode.cumulative_count, -1)
