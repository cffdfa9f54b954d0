with

blocks as (
    select
        blocks.course_id,
        blocks.block_id,
        blocks.block_type,
        blocks.display_name,
        blocks.parent_block_id,
        blocks.sort_idx,
        parents.block_type as parent_type
    from {{ ref('course_blocks') }} as blocks
    left join {{ ref('course_blocks') }} as parents
        on
            blocks.course_id = parents.course_id
            and blocks.parent_block_id = parents.block_id
    where not blocks.is_orphan
)

select
    course_id,
    block_id,
    block_type,
    display_name,
    parent_block_id,
    sort_idx,
    parent_type,
    -- In the order of the walk what lies in a unit follows it, up to the next unit or sequence.
    nullif(
        {{ last_known("case
            when block_type in ('course', 'chapter', 'sequential') then ''
            when parent_type = 'sequential' then block_id
        end") }} over (
            partition by course_id order by sort_idx
            rows between unbounded preceding and current row
        ),
        ''
    ) as page_id
from blocks
