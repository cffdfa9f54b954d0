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
        records.hash_id,
        records.dump_date,
        records.source_file,
        records.source_line
    from {{ source('lake', 'user_id_map') }} as records
    left join site_enrollments
        on
            records.package_course_id is null
            and records.id = site_enrollments.user_id
),

last_lines as (
    {{ last_lines('rows_of_courses', 'user_id_map', ['user_id']) }}
)

select
    course_id,
    user_id,
    username,
    hash_id,
    dump_date
from last_lines
