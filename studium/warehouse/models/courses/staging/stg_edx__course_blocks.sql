with

last_lines as (
    {{ last_lines(
        source('lake', 'course_structure_blocks'), 'course_structure_blocks', ['block_id'],
        course='coalesce(course_id, scope_id)'
    ) }}
)

select
    coalesce(course_id, scope_id) as course_id,
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
    outline_index,
    is_root,
    outline_names,
    ancestors,
    parents,
    missing_children,
    dump_date
from last_lines
