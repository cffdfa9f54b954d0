with

rows_of_courses as (
    select
        coalesce(course_id, scope_id) as course_id,
        user_id,
        name as role,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'django_comment_client_role_users') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'django_comment_client_role_users', ['user_id', 'role']) }}
)

select
    course_id,
    user_id,
    role,
    dump_date
from last_lines
