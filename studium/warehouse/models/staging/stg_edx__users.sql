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
        records.id as user_id,
        records.username,
        records.email_domain,
        records.is_staff,
        records.is_active,
        records.is_superuser,
        cast(records.last_login as timestamp) as last_login,
        cast(records.date_joined as timestamp) as date_joined,
        records.dump_date,
        records.source_file,
        records.source_line
    from {{ source('lake', 'auth_user') }} as records
    left join site_enrollments
        on
            records.package_course_id is null
            and records.id = site_enrollments.user_id
),

last_lines as (
    {{ last_lines('rows_of_courses', 'auth_user', ['user_id']) }}
)

select
    course_id,
    user_id,
    username,
    email_domain,
    is_staff,
    is_active,
    is_superuser,
    last_login,
    date_joined,
    dump_date
from last_lines
