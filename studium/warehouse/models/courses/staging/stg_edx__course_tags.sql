with

rows_of_courses as (
    select
        coalesce(course_id, scope_id) as course_id,
        user_id,
        id as row_id,
        key,
        value,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'user_api_usercoursetag') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'user_api_usercoursetag', ['user_id', 'key']) }}
)

select
    course_id,
    user_id,
    row_id,
    key,
    value,
    dump_date
from last_lines
