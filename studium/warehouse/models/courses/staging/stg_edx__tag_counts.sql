with

rows_of_courses as (
    select
        coalesce(course_id, scope_id) as course_id,
        element_index,
        tag,
        elements,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'course_tag_counts') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'course_tag_counts', ['element_index', 'tag']) }}
)

select
    course_id,
    element_index,
    tag,
    elements,
    dump_date
from last_lines
