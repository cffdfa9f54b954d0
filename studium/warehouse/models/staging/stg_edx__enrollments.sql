with

numbered as (
    select
        coalesce(course_id, package_course_id) as course_id,
        user_id,
        cast(created as timestamp) as created,
        is_active,
        mode,
        dump_date,
        row_number() over (
            partition by coalesce(course_id, package_course_id), user_id
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from {{ source('lake', 'student_courseenrollment') }}
    where coalesce(course_id, package_course_id) is not null
)

select
    course_id,
    user_id,
    created,
    is_active,
    mode,
    dump_date
from numbered
where place_from_end = 1
