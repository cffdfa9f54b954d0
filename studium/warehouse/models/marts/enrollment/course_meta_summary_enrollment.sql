with

daily as (
    select * from {{ ref('course_enrollment_mode_daily') }}
),

last_day as (
    select
        course_id,
        mode,
        count,
        cumulative_count
    from daily
    where date = {{ last_date() }}
),

week_before as (
    select
        course_id,
        mode,
        count
    from daily
    where date = {{ shifted(last_date(), -7) }}
),

catalogue as (
    select * from {{ ref('d_course') }}
),

grades as (
    select * from {{ ref('course_grade_by_mode') }}
)

select
    last_day.course_id,
    catalogue.catalog_course_title,
    catalogue.catalog_course,
    catalogue.start_time,
    catalogue.end_time,
    catalogue.pacing_type,
    catalogue.availability,
    last_day.mode as enrollment_mode,
    last_day.count,
    last_day.count - coalesce(week_before.count, 0) as count_change_7_days,
    last_day.cumulative_count,
    coalesce(grades.passing_users, 0) as passing_users
from last_day
left join week_before
    on last_day.course_id = week_before.course_id and last_day.mode = week_before.mode
left join catalogue on last_day.course_id = catalogue.course_id
left join grades on last_day.course_id = grades.course_id and last_day.mode = grades.mode
