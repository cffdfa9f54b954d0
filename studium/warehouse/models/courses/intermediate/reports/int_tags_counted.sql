with

tags as (
    select
        course_id,
        element_index,
        tag,
        elements
    from {{ ref('stg_edx__tag_counts') }}
),

elements_left_out as (
    select
        course_id,
        index
    from {{ ref('int_elements_walked') }}
    where not is_counted
)

select
    tags.course_id,
    tags.tag,
    {{ whole_sum('tags.elements') }} as elements
from tags
left join elements_left_out
    on
        tags.course_id = elements_left_out.course_id
        and tags.element_index = elements_left_out.index
where elements_left_out.index is null
group by tags.course_id, tags.tag
