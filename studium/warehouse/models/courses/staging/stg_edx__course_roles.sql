with

rows_of_courses as (
    select
        coalesce(course_id, scope_id) as course_id,
        user_id,
        org,
        role,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'student_courseaccessrole') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'student_courseaccessrole', ['user_id', 'role']) }}
)

select
    course_id,
    user_id,
    org,
    role,
    dump_date
from last_lines
