with

runs as (
    select * from {{ ref('stg_catalogue__course_runs') }}
),

courses as (
    select
        course_key,
        title,
        level_type
    from {{ ref('stg_catalogue__courses') }}
)

select
    runs.course_id,
    runs.course_key as catalog_course,
    coalesce(runs.title, courses.title) as catalog_course_title,
    runs.start_time,
    runs.end_time,
    runs.enrollment_start_time,
    runs.enrollment_end_time,
    runs.content_language,
    runs.pacing_type,
    coalesce(runs.level_type, courses.level_type) as level_type,
    runs.availability,
    {{ org_of('runs.course_id') }} as org_id,
    runs.partner_short_code,
    runs.marketing_url,
    runs.min_effort,
    runs.max_effort,
    runs.weeks_to_complete,
    runs.announcement_time,
    runs.reporting_type
from runs
left join courses on runs.course_key = courses.course_key
