with

rows_of_courses as (
    select
        coalesce(course_id, scope_id) as course_id,
        name,
        cutoff,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'course_grade_cutoffs') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'course_grade_cutoffs', ['name']) }}
)

select
    course_id,
    name,
    cutoff,
    dump_date
from last_lines
