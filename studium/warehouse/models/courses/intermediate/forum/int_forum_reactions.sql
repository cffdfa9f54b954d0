{{ config(materialized='by_scope', scope='course') }}

select
    course_id,
    username,
    thread_id,
    count(*) filter (where forum_action in ('read', 'read_inline')) as read,
    count(*) filter (where forum_action = 'pin') as pinned,
    count(*) filter (where forum_action = 'upvote') as upvoted,
    count(*) filter (where forum_action = 'unvote') as unvoted,
    count(*) filter (where forum_action = 'follow_thread') as followed,
    min(time) as first_time,
    max(time) as last_time
from {{ ref('forum_events') }}
where
    forum_action in ('read', 'read_inline', 'pin', 'upvote', 'unvote', 'follow_thread')
    and username is not null
    and thread_id is not null
    and {{ is_touched_course('course_id') }}
group by course_id, username, thread_id
