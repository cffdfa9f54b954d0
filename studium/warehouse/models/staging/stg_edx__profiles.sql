with

site_enrollments as (
    select distinct
        course_id,
        user_id
    from {{ source('lake', 'student_courseenrollment') }}
    where package_course_id is null
),

rows_of_courses as (
    select
        coalesce(records.package_course_id, site_enrollments.course_id) as course_id,
        records.user_id,
        records.language,
        records.courseware,
        records.gender,
        records.level_of_education,
        records.allow_certificate,
        records.country,
        records.dump_date,
        records.source_file,
        records.source_line
    from {{ source('lake', 'auth_userprofile') }} as records
    left join site_enrollments
        on
            records.package_course_id is null
            and records.user_id = site_enrollments.user_id
),

last_lines as (
    {{ last_lines('rows_of_courses', 'auth_userprofile', ['user_id']) }}
)

select
    course_id,
    user_id,
    language,
    courseware,
    gender,
    level_of_education,
    allow_certificate,
    country,
    dump_date
from last_lines
