with

blocks as (
    select * from {{ ref('int_outline_blocks') }}
),

inside as (
    select
        course_id,
        page_id,
        {{ value_at_greatest('block_type', ['-sort_idx']) }} as kind,
        {{ value_at_greatest('display_name', ['-sort_idx']) }} as title
    from blocks
    where page_id is not null and page_id <> block_id and block_type <> 'html'
    group by course_id, page_id
)

select
    'outline' as taxonomy,
    blocks.course_id,
    blocks.block_id as node_id,
    blocks.parent_block_id as parent_id,
    case
        when blocks.block_type = 'course' then 'subject'
        when blocks.block_type = 'chapter' then 'topic'
        when blocks.block_type = 'sequential' then 'tutorial'
        else 'page'
    end as kind,
    case when blocks.page_id is null then null else blocks.block_id end as page_id,
    case
        when blocks.page_id is null then null
        else coalesce(inside.kind, blocks.block_type)
    end as page_kind,
    blocks.display_name as title,
    inside.title as first_title,
    cast(row_number() over (
        partition by blocks.course_id, blocks.parent_block_id order by blocks.sort_idx
    ) as bigint) as position,
    blocks.sort_idx as outline_index
from blocks
left join inside
    on blocks.course_id = inside.course_id and blocks.block_id = inside.page_id
where
    blocks.block_type in ('course', 'chapter', 'sequential')
    or blocks.page_id = blocks.block_id
