with

rows_of_courses as (
    {{ rows_of_members('lake', 'user_id_map', 'id') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'user_id_map', ['id']) }}
)

select
    course_id,
    id as user_id,
    username,
    hash_id,
    dump_date
from last_lines
