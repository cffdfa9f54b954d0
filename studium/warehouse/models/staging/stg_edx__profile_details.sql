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
        records.name,
        records.location,
        records.meta,
        records.mailing_address,
        records.goals,
        records.city,
        records.bio,
        records.year_of_birth,
        records.dump_date,
        records.source_file,
        records.source_line
    from {{ source('personal', 'auth_userprofile') }} as records
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
    name,
    location,
    meta,
    mailing_address,
    goals,
    city,
    bio,
    year_of_birth,
    dump_date
from last_lines
