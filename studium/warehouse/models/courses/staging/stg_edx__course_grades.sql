with

rows_of_courses as (
    select
        coalesce(course_id, scope_id) as course_id,
        user_id,
        grading_policy_hash,
        percent_grade,
        letter_grade,
        cast(passed_timestamp as timestamp) as passed_timestamp,
        cast(created as timestamp) as created,
        cast(modified as timestamp) as modified,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'grades_persistentcoursegrade') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'grades_persistentcoursegrade', ['user_id']) }}
)

select
    course_id,
    user_id,
    grading_policy_hash,
    percent_grade,
    letter_grade,
    passed_timestamp,
    created,
    modified,
    dump_date
from last_lines
