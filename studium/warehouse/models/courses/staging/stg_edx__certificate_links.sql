with

rows_of_courses as (
    select
        coalesce(course_id, scope_id) as course_id,
        user_id,
        name,
        key,
        download_url,
        verify_uuid,
        download_uuid,
        dump_date,
        source_file,
        source_line
    from {{ source('personal', 'certificates_generatedcertificate') }}
),

last_lines as (
    {{ last_lines('rows_of_courses', 'certificates_generatedcertificate', ['user_id']) }}
)

select
    course_id,
    user_id,
    name,
    key,
    download_url,
    verify_uuid,
    download_uuid,
    dump_date
from last_lines
