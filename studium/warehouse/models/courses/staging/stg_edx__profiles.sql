with

rows_of_courses as (
    {{ rows_of_members('lake', 'auth_userprofile', 'user_id') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'auth_userprofile', ['user_id']) }}
)

select
    course_id,
    user_id,
    language,
    courseware,
    gender,
    level_of_education,
    allow_certificate,
    country,
    dump_date
from last_lines
