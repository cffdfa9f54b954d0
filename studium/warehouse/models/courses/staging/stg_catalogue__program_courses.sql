with

rows_of_files as (
    select
        program_id,
        slot,
        course_key,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'catalogue_program_courses') }}
),

numbered as (
    select
        *,
        row_number() over (
            partition by program_id, course_key
            order by dump_date desc, source_file desc, slot asc
        ) as place_from_end
    from rows_of_files
    where program_id is not null
)

select
    program_id,
    slot,
    course_key,
    dump_date,
    source_line
from numbered
where place_from_end = 1
