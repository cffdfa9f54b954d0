select
    course_id,
    program_id,
    program_type,
    program_title
from {{ ref('int_run_programs') }}
