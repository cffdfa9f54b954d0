with

rows_of_courses as (
    {{ rows_of_members('personal', 'auth_user', 'id') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'auth_user', ['id']) }}
)

select
    course_id,
    id as user_id,
    email,
    first_name,
    last_name,
    dump_date
from last_lines
