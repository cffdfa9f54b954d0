with

rows_of_courses as (
    select
        coalesce(course_id, scope_id) as course_id,
        user_id,
        grade,
        cast(grade_timestamp as timestamp) as grade_timestamp,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'instructor_grade_report') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'instructor_grade_report', ['user_id']) }}
)

select
    course_id,
    user_id,
    grade,
    grade_timestamp,
    dump_date
from last_lines
