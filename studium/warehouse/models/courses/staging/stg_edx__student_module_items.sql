with

rows_of_courses as (
    select
        coalesce(course_id, scope_id) as course_id,
        student_id as user_id,
        id as row_id,
        module_id,
        answer_id,
        response,
        correctness,
        npoints,
        msg,
        hint,
        attempts,
        is_done,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'courseware_studentmodule_items') }}
),

last_lines as (
    {{ last_lines(
        'rows_of_courses', 'courseware_studentmodule_items', ['user_id', 'module_id', 'answer_id']
    ) }}
)

select
    course_id,
    user_id,
    row_id,
    module_id,
    answer_id,
    response,
    correctness,
    npoints,
    msg,
    hint,
    attempts,
    is_done,
    dump_date
from last_lines
