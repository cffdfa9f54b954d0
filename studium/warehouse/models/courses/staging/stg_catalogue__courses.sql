with

rows_of_files as (
    select
        course_key,
        course_uuid,
        title,
        level_type,
        owners,
        marketing_url,
        short_description,
        cast(modified_time as timestamp) as modified_time,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'catalogue_courses') }}
),

numbered as (
    select
        *,
        row_number() over (
            partition by course_key
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from rows_of_files
    where course_key is not null
)

select
    course_key,
    course_uuid,
    title,
    level_type,
    owners,
    marketing_url,
    short_description,
    modified_time,
    dump_date,
    source_line
from numbered
where place_from_end = 1
