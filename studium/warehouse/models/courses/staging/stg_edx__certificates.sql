with

rows_of_courses as (
    select
        coalesce(course_id, scope_id) as course_id,
        user_id,
        id as row_id,
        grade,
        distinction,
        status,
        mode,
        cast(created_date as timestamp) as created_date,
        cast(modified_date as timestamp) as modified_date,
        error_reason,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'certificates_generatedcertificate') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'certificates_generatedcertificate', ['user_id']) }}
)

select
    course_id,
    user_id,
    row_id,
    grade,
    distinction,
    status,
    mode,
    created_date,
    modified_date,
    error_reason,
    dump_date
from last_lines
