with

rows_of_courses as (
    select
        coalesce(course_id, package_course_id) as course_id,
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

numbered as (
    select
        *,
        row_number() over (
            partition by course_id, user_id
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from rows_of_courses
    where course_id is not null
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
from numbered
where place_from_end = 1
