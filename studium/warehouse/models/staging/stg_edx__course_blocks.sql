with

rows_of_courses as (
    select
        coalesce(course_id, package_course_id) as course_id,
        block_id,
        category,
        parent_block_id,
        position,
        depth,
        display_name,
        children,
        cast(start as timestamp) as start,
        cast(due as timestamp) as due,
        graded,
        format,
        metadata,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'course_structure_blocks') }}
),

numbered as (
    select
        *,
        row_number() over (
            partition by course_id, block_id
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from rows_of_courses
    where course_id is not null
)

select
    course_id,
    block_id,
    category,
    parent_block_id,
    position,
    depth,
    display_name,
    children,
    start,
    due,
    graded,
    format,
    metadata,
    dump_date
from numbered
where place_from_end = 1
