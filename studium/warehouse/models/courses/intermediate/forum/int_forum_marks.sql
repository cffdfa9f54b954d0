with

votes as (
    select
        course_id,
        content_type_id,
        content_object_id,
        user_id,
        case when vote > 0 then 'up' when vote < 0 then 'down' end as mark
    from {{ ref('stg_edx__forum_votes') }}
),

flags as (
    select
        course_id,
        content_type_id,
        content_object_id,
        user_id,
        case when is_historical then 'old flag' else 'flag' end as mark
    from {{ ref('stg_edx__forum_flags') }}
),

marks as (
    select * from votes
    union all
    select * from flags
)

select
    marks.course_id,
    {{ post_of('types.model', 'marks.content_object_id') }} as mongoid,
    marks.user_id,
    marks.mark
from marks
inner join {{ ref('stg_edx__content_types') }} as types
    on
        marks.content_type_id = types.content_type_id
        and coalesce(marks.course_id, '') = coalesce(types.course_id, '')
where
    marks.mark is not null
    and types.model in ('commentthread', 'comment')
