with

rows_of_files as (
    select
        course_id,
        name,
        org,
        number,
        blocks_url,
        short_description,
        cast(enrollment_start as timestamp) as enrollment_start,
        cast(enrollment_end as timestamp) as enrollment_end,
        cast(start_date as timestamp) as start_date,
        cast(end_date as timestamp) as end_date,
        start_display,
        start_type,
        effort,
        pacing,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'listed_courses') }}
),

numbered as (
    select
        *,
        row_number() over (
            partition by course_id
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from rows_of_files
    where course_id is not null
)

select
    course_id,
    name,
    org,
    number,
    blocks_url,
    short_description,
    enrollment_start,
    enrollment_end,
    start_date,
    end_date,
    start_display,
    start_type,
    effort,
    pacing,
    dump_date
from numbered
where place_from_end = 1
