with

rows_of_files as (
    select
        course_id,
        position,
        person_id,
        name,
        title,
        organization,
        coalesce(is_embedded, false) as is_embedded,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'catalogue_instructors') }}
),

numbered as (
    select
        *,
        row_number() over (
            partition by course_id, position
            order by is_embedded asc, dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from rows_of_files
    where course_id is not null
)

select
    course_id,
    position,
    person_id,
    name,
    title,
    organization,
    is_embedded,
    dump_date,
    source_line
from numbered
where place_from_end = 1
