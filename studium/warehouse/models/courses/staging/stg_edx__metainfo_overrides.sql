with

rows_of_courses as (
    select
        coalesce(course_id, scope_id) as course_id,
        key,
        value,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'course_metainfo_overrides') }}
),

numbered as (
    select
        course_id,
        key,
        value,
        row_number() over (
            partition by course_id, key
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from rows_of_courses
    where course_id is not null and key is not null
)

select
    course_id,
    key,
    value
from numbered
where place_from_end = 1
