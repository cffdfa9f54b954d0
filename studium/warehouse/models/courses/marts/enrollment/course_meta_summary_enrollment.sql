with

daily as (
    select * from {{ ref('course_enrollment_mode_daily') }}
),

both_days as (
    select
        course_id,
        mode,
        max(date) as last_date,
        max(case when date = {{ last_date() }} then count else 0 end) as count,
        max(case when date < {{ last_date() }} then count else 0 end) as count_before,
        max(case when date = {{ last_date() }} then cumulative_count else 0 end) as cumulative_count
    from daily
    where date in ({{ last_date() }}, {{ shifted(last_date(), -7) }})
    group by course_id, mode
),

modes as (
    select * from both_days
    where
        last_date = {{ last_date() }}
        {%- if not var('compat') %}
            or count_before > 0
        {%- endif %}
),

catalogue as (
    select * from {{ ref('d_course') }}
),

grades as (
    select * from {{ ref('course_grade_by_mode') }}
)

select
    modes.course_id,
    catalogue.catalog_course_title,
    catalogue.catalog_course,
    catalogue.start_time,
    catalogue.end_time,
    catalogue.pacing_type,
    catalogue.availability,
    modes.mode as enrollment_mode,
    modes.count,
    modes.count - modes.count_before as count_change_7_days,
    modes.cumulative_count,
    coalesce(grades.passing_users, 0) as passing_users
from modes
left join catalogue on modes.course_id = catalogue.course_id
left join grades on modes.course_id = grades.course_id and modes.mode = grades.mode
