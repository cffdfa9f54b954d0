with

rows_of_courses as (
    select
        coalesce(course_id, scope_id) as course_id,
        student_id as user_id,
        id as row_id,
        module_type,
        module_id,
        state,
        grade,
        max_grade,
        cast(created as timestamp) as created,
        cast(modified as timestamp) as modified,
        done,
        grade_value,
        max_grade_value,
        attempts,
        is_state_readable,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'courseware_studentmodule') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'courseware_studentmodule', ['user_id', 'module_id']) }}
)

select
    course_id,
    user_id,
    row_id,
    module_type,
    module_id,
    state,
    grade,
    max_grade,
    created,
    modified,
    done,
    grade_value,
    max_grade_value,
    attempts,
    is_state_readable,
    dump_date
from last_lines
