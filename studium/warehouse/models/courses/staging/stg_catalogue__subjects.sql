with

rows_of_files as (
    select
        course_id,
        course_key,
        position,
        slug,
        name,
        uri,
        language,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'catalogue_subjects') }}
),

numbered as (
    select
        *,
        row_number() over (
            partition by course_id, course_key, language, position
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from rows_of_files
    where coalesce(course_id, course_key) is not null
)

select
    course_id,
    course_key,
    position,
    slug,
    name,
    uri,
    language,
    dump_date,
    source_line
from numbered
where place_from_end = 1
