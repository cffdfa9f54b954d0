with

rows_of_courses as (
    select
        coalesce(course_id, scope_id) as course_id,
        user_id,
        cast(created as timestamp) as created,
        is_active,
        mode,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'student_courseenrollment') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'student_courseenrollment', ['user_id']) }}
)

select
    course_id,
    user_id,
    created,
    is_active,
    mode,
    dump_date
from last_lines
