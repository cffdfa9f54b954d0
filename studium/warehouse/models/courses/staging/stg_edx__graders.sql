with

rows_of_courses as (
    select
        coalesce(course_id, scope_id) as course_id,
        position,
        assignment_type,
        name,
        weight,
        short_label,
        min_count,
        drop_count,
        other,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'course_graders') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'course_graders', ['position']) }}
)

select
    course_id,
    position,
    assignment_type,
    name,
    weight,
    short_label,
    min_count,
    drop_count,
    other,
    dump_date
from last_lines
