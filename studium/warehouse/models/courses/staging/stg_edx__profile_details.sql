with

rows_of_courses as (
    {{ rows_of_members('personal', 'auth_userprofile', 'user_id') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'auth_userprofile', ['user_id']) }}
)

select
    course_id,
    user_id,
    name,
    location,
    meta,
    mailing_address,
    goals,
    city,
    bio,
    year_of_birth,
    dump_date
from last_lines
