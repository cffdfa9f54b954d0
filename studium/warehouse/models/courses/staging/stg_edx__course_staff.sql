with

numbered as (
    select
        course_id,
        username,
        name,
        role,
        row_number() over (
            partition by {{ published_course_id('course_id') }}, username, role
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from {{ source('personal', 'course_staff') }}
    where course_id is not null
)

select
    course_id,
    username,
    name,
    role
from numbered
where place_from_end = 1
