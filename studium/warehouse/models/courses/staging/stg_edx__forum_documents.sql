with

last_lines as (
    {{ last_lines(
        source('lake', 'forum_documents'), 'forum_documents', ['mongoid'],
        course='coalesce(course_id, scope_id)'
    ) }}
)

select
    coalesce(course_id, scope_id) as course_id,
    mongoid,
    author_id,
    author_username,
    cast(created_at as timestamp) as created_at,
    cast(updated_at as timestamp) as updated_at,
    cast(last_activity_at as timestamp) as last_activity_at,
    type,
    comment_thread_id,
    parent_id,
    parent_ids,
    title,
    thread_type,
    commentable_id,
    anonymous,
    anonymous_to_peers,
    endorsed,
    closed,
    pinned,
    visible,
    endorsement_user_id,
    cast(endorsement_time as timestamp) as endorsement_time,
    votes_count,
    votes_point,
    votes_up_count,
    votes_down_count,
    votes_up,
    votes_down,
    abuse_flaggers,
    historical_abuse_flaggers,
    at_position_list,
    sk,
    child_count,
    comment_count,
    group_id,
    tags_array,
    body,
    dump_date
from last_lines
