with

numbered as (
    select
        scope_id,
        content_type_id,
        content_object_id,
        user_id,
        vote,
        row_number() over (
            partition by scope_id, content_type_id, content_object_id, user_id
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from {{ source('lake', 'forum_uservote') }}
)

select
    scope_id as course_id,
    content_type_id,
    content_object_id,
    user_id,
    vote
from numbered
where place_from_end = 1
