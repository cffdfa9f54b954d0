{{ config(materialized='by_scope', scope='course') }}

select
    course_id,
    author_id as user_id,
    count(*) as nforum,
    coalesce(cast(sum(votes_count) as bigint), 0) as nvotes,
    count(*) filter (where pinned) as npinned,
    count(*) filter (where endorsed) as nendorsed,
    count(*) filter (where type = 'CommentThread') as nthread,
    count(*) filter (where type = 'Comment') as ncomment
from {{ ref('int_forum_documents') }}
where
    author_id is not null
    and {{ is_touched_course('course_id') }}
group by course_id, author_id
