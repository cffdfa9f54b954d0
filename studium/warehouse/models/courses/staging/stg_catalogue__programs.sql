with

rows_of_files as (
    select
        program_id,
        title,
        type,
        status,
        marketing_url,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'catalogue_programs') }}
),

numbered as (
    select
        *,
        row_number() over (
            partition by program_id
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from rows_of_files
    where program_id is not null
)

select
    program_id,
    title,
    type,
    status,
    marketing_url,
    dump_date,
    source_line
from numbered
where place_from_end = 1
