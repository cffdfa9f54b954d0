with

rare_chapters as (
    select
        course_id,
        module_id
    from {{ ref('stats_module_usage') }}
    where module_type = 'chapter' and ncount < 20
),

elements as (
    select
        course_id,
        module_id,
        is_staff_only
    from {{ ref('stg_edx__course_elements') }}
    where category = 'chapter'
),

chapters as (
    select
        elements.course_id,
        coalesce(elements.is_staff_only, false) as is_staff_only,
        rare_chapters.module_id is not null as is_rare
    from elements
    left join rare_chapters
        on
            elements.course_id = rare_chapters.course_id
            and elements.module_id = rare_chapters.module_id
),

chapters_of_content as (
    select
        course_id,
        count(*) filter (where not {{ 'is_rare' if var('compat') else 'is_staff_only' }})
            as nchapters
    from chapters
    group by course_id
),

chapters_of_structure as (
    select
        course_id,
        count(*) as nchapters
    from {{ ref('stg_edx__course_blocks') }}
    where category = 'chapter'
    group by course_id
),

chapters_known as (
    select
        coalesce(chapters_of_content.course_id, chapters_of_structure.course_id) as course_id,
        coalesce(chapters_of_content.nchapters, chapters_of_structure.nchapters) as nchapters
    from chapters_of_content
    full outer join chapters_of_structure
        on chapters_of_content.course_id = chapters_of_structure.course_id
),

chapters_set as (
    select
        course_id,
        {{ as_integer('value') }} as nchapters
    from {{ ref('stg_edx__metainfo_overrides') }}
    where key = 'count_chapter'
)

select
    coalesce(chapters_known.course_id, chapters_set.course_id) as course_id,
    coalesce(chapters_set.nchapters, chapters_known.nchapters) as nchapters
from chapters_known
full outer join chapters_set on chapters_known.course_id = chapters_set.course_id
