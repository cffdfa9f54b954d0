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
        records.email,
        records.first_name,
        records.last_name,
        records.dump_date,
        records.source_file,
        records.source_line
    from {{ source('personal', 'auth_user') }} as records
    left join site_enrollments
        on
            records.package_course_id is null
            and records.id = site_enrollments.user_id
),

numbered as (
    select
        *,
        row_number() over (
            partition by course_id, user_id
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from rows_of_courses
    where course_id is not null
)

select
    course_id,
    user_id,
    email,
    first_name,
    last_name,
    dump_date
from numbered
where place_from_end = 1
