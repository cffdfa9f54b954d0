with

blocks as (
    select
        *,
        count(*) over (partition by course_id) as block_count
    from {{ ref('stg_edx__course_blocks') }}
),

-- A structure without a way through it has no place for any of its blocks.
with_root as (
    select distinct course_id
    from blocks
    where is_root
)

select
    blocks.block_id,
    blocks.course_id,
    blocks.category as block_type,
    blocks.display_name,
    blocks.is_root,
    blocks.outline_index is null as is_orphan,
    coalesce(blocks.parents like '% %', false) as is_dag,
    blocks.parent_block_id,
    case
        when blocks.outline_index is null then '(Deleted block :)'
        else coalesce(blocks.outline_names, '')
    end as course_path,
    coalesce(blocks.outline_index, blocks.block_count) as sort_idx
from blocks
inner join with_root on blocks.course_id = with_root.course_id
