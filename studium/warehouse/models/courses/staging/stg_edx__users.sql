with

rows_of_courses as (
    {{ rows_of_members('lake', 'auth_user', 'id') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'auth_user', ['id']) }}
)

select
    course_id,
    id as user_id,
    username,
    email_domain,
    is_staff,
    is_active,
    is_superuser,
    cast(last_login as timestamp) as last_login,
    cast(date_joined as timestamp) as date_joined,
    dump_date
from last_lines
